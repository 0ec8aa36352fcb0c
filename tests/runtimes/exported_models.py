"""Models exported as plain Python, run in another Python that has no package: the same numbers as here.

    python tests/runtimes/exported_models.py COMMAND OF THE RUNTIME …

The path of a program is added to the command's end. What needs no exp, log or tanh must be equal to the last bit; what
does may differ by as much as these do among C libraries. The last line counts the models: `N passed, N failed`.
"""
import os
import struct
import subprocess
import sys
import tempfile

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.dirname(TESTS), TESTS]

from exported import ALL, NEED_NO_EXP, expected  # noqa: E402 - found through the path above

import pygraphnn as pg  # noqa: E402

FARTHEST = 1e-14
PRINTING = """
import struct
from binascii import hexlify
for _row in %r:
    _found = predict(_row)
    _found = [_found] if isinstance(_found, float) else _found
    print(" ".join([hexlify(struct.pack(">d", x)).decode() for x in _found + %s]))
"""


def main(command: list) -> int:
    passed = 0
    for name in ALL:
        model, rows, outputs, shares = expected(name)
        wanted = [row if isinstance(row, list) else [row] for row in outputs]
        if shares:
            wanted = [row + more for row, more in zip(wanted, shares)]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.py")
            pg.export_python(path, model)
            with open(path, "a", encoding="utf-8") as file:
                file.write(PRINTING % (rows, "probabilities(_found)" if shares else "[]"))
            printed = subprocess.run(command + [path], stdout=subprocess.PIPE, check=True).stdout.decode()
        found = [[struct.unpack(">d", bytes.fromhex(word))[0] for word in line.split()]
                 for line in printed.splitlines()]
        is_right = found == wanted if name in NEED_NO_EXP else len(found) == len(wanted) and all(
            len(row) == len(other) and all(abs(x - y) <= FARTHEST * max(1.0, abs(y)) for x, y in zip(row, other))
            for row, other in zip(found, wanted))
        passed += is_right
        print("%s  %s" % ("ok  " if is_right else "FAIL", name))
    print("%d passed, %d failed" % (passed, len(ALL) - passed))
    return 0 if passed == len(ALL) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
