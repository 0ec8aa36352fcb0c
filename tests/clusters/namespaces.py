"""Three hosts on one machine: a Dask scheduler here, two workers in network namespaces of their own, behind a bridge.
One of them is cut off in the midst of a training, and comes back later. The training must end with the same bits.

    python tests/clusters/namespaces.py         as root, on Linux, with distributed and iproute2

Not a part of the gate, as few machines let a test make namespaces. With --delay 20 each packet waits so many
milliseconds, and with --loss 1 so many in a hundred are lost, if the kernel has sch_netem; else that is said.
"""
import argparse
import os
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(os.path.dirname(HERE)), os.path.dirname(HERE), HERE]

from lessons import trained                                                                 # noqa: E402
from test_clusters import started                                                           # noqa: E402

from pygraphnn.parallel import Workers, of_dask                                             # noqa: E402

NET = "10.77.0."


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def hosts(delay, loss):
    """Makes the bridge and two namespaces behind it. Returns whether packets are delayed and lost."""
    ip("link", "add", "pgn-bridge", "type", "bridge")
    ip("addr", "add", NET + "1/24", "dev", "pgn-bridge")
    ip("link", "set", "pgn-bridge", "up")
    is_slow = True
    for number in (2, 3):
        name, near = "pgn-%d" % number, "pgn-veth%d" % number
        ip("netns", "add", name)
        ip("link", "add", near, "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("link", "set", near, "master", "pgn-bridge", "up")
        ip("-n", name, "addr", "add", NET + "%d/24" % number, "dev", "eth0")
        for device in ("lo", "eth0"):
            ip("-n", name, "link", "set", device, "up")
        done = subprocess.run(["tc", "qdisc", "add", "dev", near, "root", "netem", "delay", "%dms" % delay, "loss",
                               "%g%%" % loss], stderr=subprocess.DEVNULL)
        is_slow = is_slow and done.returncode == 0
    return is_slow


def remove():
    for number in (2, 3):
        subprocess.run(["ip", "netns", "del", "pgn-%d" % number], stderr=subprocess.DEVNULL)
    subprocess.run(["ip", "link", "del", "pgn-bridge"], stderr=subprocess.DEVNULL)


def main():
    options = argparse.ArgumentParser(description="Several hosts, one of them cut off for a while.")
    options.add_argument("--delay", type=int, default=20, help="milliseconds")
    options.add_argument("--loss", type=float, default=1.0, help="per cent")
    options.add_argument("--seconds", type=float, default=8.0, help="how long one of them is cut off")
    options = options.parse_args()
    remove()
    processes = []
    try:
        is_slow = hosts(options.delay, options.loss)
        print("delay %d ms, loss %g %%" % (options.delay, options.loss) if is_slow
              else "no delay and no loss: this kernel has no sch_netem")
        scheduler, address = started("scheduler", "--host", NET + "1", "--port", "0", "--no-dashboard")
        processes.append(scheduler)
        for number in (2, 3):
            processes.append(started("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host",
                                     NET + str(number), before=["ip", "netns", "exec", "pgn-%d" % number])[0])

        def cut_off():
            ip("link", "set", "pgn-veth2", "down")
            print("one host is cut off …", flush=True)
            time.sleep(options.seconds)
            ip("link", "set", "pgn-veth2", "up")
            print("… and is there again", flush=True)

        cutting = threading.Thread(target=cut_off)

        def watched(epochs):
            for epoch in epochs:
                if epoch == 2:
                    cutting.start()
                yield epoch

        begun = time.time()
        workers = Workers(of_dask(address), timeout=3.0)
        found = trained(workers, watched, epochs=12)
        print("trained in %.1f s, %.0f KB sent" % (time.time() - begun, workers.bytes_sent / 1e3))
        cutting.join()
        print("the same bits" if repr(found) == repr(trained(epochs=12)) else "OTHER BITS")
        return 0 if repr(found) == repr(trained(epochs=12)) else 1
    finally:
        for process in processes:
            process.kill()
        remove()


if __name__ == "__main__":
    sys.exit(main())
