# shellcheck shell=bash
# What the parts of the gate share: finding Pythons, clones and virtual environments, counting checks.
# The parts run with `set -e`, so a step that fails ends its part.

# Notes the result of a step: numbers of passed, failed and skipped checks.
count() {
    echo "$1 $2 $3" >>"$COUNTS"
}

# A check that has passed.
ok() {
    echo "ok: $1"
    count 1 0 0
}

# Something that the gate needs and cannot get is an error. It stands in the last lines of the output.
missing() {
    echo "missing: $1"
    echo "$1" >>"$WORK/missing"
    return 1
}

# Writes the lines "VERSION PATH" of all CPythons found to $WORK/pythons, and prints the versions that are not there.
find_cpythons() {
    local version path
    : >"$WORK/pythons"
    for version in 3.6 3.7 3.8 3.9 3.10 3.11 3.12 3.13; do
        if path=$(find_cpython "$version"); then
            echo "$version $path" >>"$WORK/pythons"
        else
            echo "$version"
        fi
    done
}

# The first CPython of this version, among those in PATH and pyenv's, that can make virtual environments.
find_cpython() {
    local candidate
    for candidate in $(type -ap "python$1") "${PYENV_ROOT:-${HOME:-}/.pyenv}/versions/$1".*/bin/python; do
        "$candidate" - "$1" 2>/dev/null <<'END' && return
import ensurepip, platform, sys, venv
if platform.python_implementation() != "CPython" or "%d.%d" % sys.version_info[:2] != sys.argv[1]:
    sys.exit(1)
print(sys.executable)
END
    done
    return 1
}

# The path of one of the CPythons that were found.
python_of() {
    sed -n "s/^$1 //p" "$WORK/pythons" | grep .
}

# The one for parts that need just one: 3.11, as for PyTorch, or the newest.
main_python() {
    python_of 3.11 || newest_python
}

newest_python() {
    tail -n 1 "$WORK/pythons" | cut -d ' ' -f 2-
}

need_pypy() {
    local headers='import ensurepip, os, sysconfig; os.stat(sysconfig.get_paths()["include"] + "/Python.h")'
    pypy3 -c "$headers" 2>/dev/null || from_apt pypy3 pypy3-venv pypy3-dev
}

need_compilers() {
    { type gcc && type clang; } >/dev/null 2>&1 || from_apt gcc clang libc6-dev
}

# Two parts may ask for something at the same time; apt waits for no one, so one part waits for the other.
from_apt() {  # PACKAGES
    export DEBIAN_FRONTEND=noninteractive
    flock "$WORK/apt" bash -c 'apt-get update -qq && apt-get install -y -qq "$@"' apt "$@" >/dev/null || missing "$*"
}

fresh_clone() {  # FOLDER
    git clone --quiet "$ROOT" "$1"
}

# A virtual environment. Nothing in it may depend on numpy, which this package does without.
fresh_venv() {  # PYTHON FOLDER
    "$1" -m venv "$2"
    if "$2/bin/python" -c 'import sys; sys.exit(sys.version_info >= (3, 7))'; then
        "$2/bin/python" -m pip install -qq --upgrade "pip<22"       # 3.6 came with one that takes what it cannot use
    fi
    if "$2/bin/python" -c "import numpy" 2>/dev/null; then
        echo "there is numpy in the fresh environment"
        return 1
    fi
}

# The clone's own test tools, without the package itself: the tests import the clone's. Its kernels are built.
install_test_tools() {  # VENV CLONE
    PYGRAPHNN_BUILD_C=0 "$1/bin/python" -m pip install -qq "$2[c,test]"
    "$1/bin/python" -m pip uninstall -qq --yes pygraphnn
    need_compilers
    (cd "$2" && "$1/bin/python" -m pygraphnn build >/dev/null)
}

# What `python -m pygraphnn backends` says about the C backend of the installed package must have this in it.
c_backend() {  # FOLDER OF A VENV, TEXT
    local line
    line=$(cd / && "$OLDPWD/$1/bin/python" -m pygraphnn backends | tail -n 1)
    if [[ $line != "c  "*"$2"* ]]; then
        echo "expected: $2"
        echo "found: $line"
        return 1
    fi
}

# Runs pytest in the clone and counts its tests.
run_tests() {  # VENV CLONE ARGUMENTS…
    local status=0
    (cd "$2" && PYGRAPHNN_TEST_BACKENDS=python,c "$1/bin/python" -m pytest -q -rfEs -p no:cacheprovider "${@:3}") >tests.log 2>&1 || status=$?
    cat tests.log
    count_tests
    return "$status"
}

# From the last line in tests.log: "1 failed, 120 passed, 1 skipped in 42.00s".
count_tests() {
    local summary
    summary=$(tail -n 1 tests.log)
    count "$(number_before passed)" "$(($(number_before failed) + $(number_before error)))" "$(number_before skipped)"
}

number_before() {  # WORD, in $summary
    grep -oE "[0-9]+ $1" <<<"$summary" | cut -d ' ' -f 1 || echo 0
}

# The NUMBERth fenced block of shell commands in README.md.
readme_block() {  # CLONE NUMBER
    awk -v wanted="$2" '
        /^```sh *$/ { number++; inside = 1; next }
        /^```/ { inside = 0 }
        inside && number == wanted
    ' "$1/README.md"
}
