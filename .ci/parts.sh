# shellcheck shell=bash
# The parts of the gate. Each starts in an empty folder of its own, and ends at the first step that fails.

part() {
    case $1 in
        cpython*) part_cpython "${1#cpython}" ;;
        *) "part_$1" ;;
    esac
}

# The two commands of the README, as printed there.
part_readme() {
    local main_job tests
    fresh_clone clone
    fresh_clone clone_for_tests
    fresh_venv "$(main_python)" venv
    export PATH=$PWD/venv/bin:$PATH         # a `python` to start with
    main_job=$(readme_block clone 1)
    tests=$(readme_block clone 2)
    grep -q "^python -m pygraphnn train boston" <<<"$main_job"
    grep -q "pytest" <<<"$tests"

    main_job=$(sed '/^python -m pygraphnn train boston/s/$/ --epochs 20/' <<<"$main_job")
    (cd clone && bash -e -c "$main_job") | tee main_job.log
    grep -q "Loss: [0-9]" main_job.log
    ok "the README's main job"
    (cd clone_for_tests && bash -e -c "$tests") 2>&1 | tail -n 20
    ok "the README's tests"
}

part_lint() {
    local venv=$PWD/venv
    fresh_clone clone
    fresh_venv "$(main_python)" venv
    "$venv/bin/python" -m pip install -qq "./clone[lint]"
    cd clone
    "$venv/bin/python" -m compileall -q pygraphnn tests benchmarks datasets setup.py
    ok "compileall"
    none_found -E '(^|[^A-Za-z0-9_.~-])/(home|root|Users|work)/[A-Za-z0-9._-]'
    ok "no path of somebody's machine in a tracked file"
    registry_hosts "$venv/bin/python" >../hosts
    [[ -s ../hosts ]]
    none_found -F -f ../hosts
    ok "no package registry's host in a tracked file"
    "$venv/bin/ruff" check --no-cache --output-format concise .
    ok "ruff"
}

none_found() {  # ARGUMENTS OF git grep
    local status=0
    git grep -nI "$@" || status=$?
    ((status == 1))         # 0: found; more than 1: git grep itself failed
}

# The hosts that pip, npm and apt talk to here: asked of them, so that none stands in this file.
registry_hosts() {  # PYTHON
    {
        "$1" -c "from pip._internal.models.index import PyPI as p; print('//%s //%s' % (p.netloc, p.file_storage_domain))"
        "$1" -m pip config list
        npm config get registry || true
        grep -hE '^(deb|URIs)' /etc/apt/sources.list /etc/apt/sources.list.d/* || true
    } 2>/dev/null | grep -oE '//[^/ @]+\.[A-Za-z]+' | cut -c 3- | sort -u
}

# The tests, on one of the CPythons.
part_cpython() {  # VERSION
    suite "$(python_of "$1")"
}

part_pypy() {
    need_pypy
    suite "$(command -v pypy3)"
}

suite() {  # PYTHON
    fresh_clone clone
    fresh_venv "$1" venv
    install_test_tools "$PWD/venv" ./clone
    run_tests "$PWD/venv" clone
}

# A pure wheel, made and installed with no compiler in reach, and the archive of the sources.
part_wheel() {
    local venv=$PWD/venv wheel without_compiler
    fresh_clone clone
    fresh_venv "$(main_python)" venv
    without_compiler=(env PATH="$venv/bin" CC=false CXX=false)
    "${without_compiler[@]}" python -m pip wheel -qq --no-deps -w wheels ./clone
    wheel=$(echo wheels/*)
    [[ $wheel == wheels/pygraphnn-*-py3-none-any.whl ]]
    ok "the wheel is pure: ${wheel#wheels/}"
    diff <(cd clone && git ls-files pygraphnn "datasets/*.csv" "datasets/*.md" | sed 's,^datasets/,pygraphnn/&,' | sort) \
        <(wheel_files "$wheel" | grep -v '\.dist-info/')
    ok "the wheel holds the package, its datasets and nothing else"

    mkdir empty
    cd empty
    "${without_compiler[@]}" python -m pip install -qq --no-index ../wheels/*
    "${without_compiler[@]}" python -m pygraphnn train iris --epochs 3
    ok "the installed package trains"
    "${without_compiler[@]}" python - <<'END'
import pygraphnn
names = pygraphnn.dataset_names()
assert len(names) == 6, names
for name in names:
    dataset = pygraphnn.load_dataset(name)
    assert dataset.data and dataset.target and dataset.description, name
END
    ok "the installed package has its six datasets"
    cd ..

    "$venv/bin/python" -m pip install -qq build
    "$venv/bin/python" -m build --sdist --outdir sdist clone >build.log 2>&1 || { cat build.log; false; }
    diff <(cd clone && git ls-files | grep -v '^\.' | sort) \
        <(tar -tzf sdist/*.tar.gz | grep -v '/$' | cut -d / -f 2- | grep -vE '^PKG-INFO$|^setup.cfg$|\.egg-info/' | sort)
    ok "the source archive holds every tracked file but this gate"
    "${without_compiler[@]}" python -m pip wheel -qq --no-deps -w wheels_from_sdist sdist/*
    diff <(wheel_files "$wheel") <(wheel_files wheels_from_sdist/*)
    ok "the source archive makes the same wheel"
}

wheel_files() {  # WHEEL
    "$venv/bin/python" -c 'import sys, zipfile; print(*sorted(zipfile.ZipFile(sys.argv[1]).namelist()), sep="\n")' "$1"
}

# The same bits in every Python, WebAssembly's included.
part_runtimes() {
    local runtimes=() version path name status=0 summary
    { node --version && npm --version; } >/dev/null || missing "node and npm"
    npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts --prefix "$PWD" \
        @micropython/micropython-webassembly-pyscript@1.27.0 pyodide@314.0.7 || missing "MicroPython and Pyodide from npm"
    need_pypy
    runtimes+=("pypy=pypy3")
    fresh_clone clone
    while read -r version path; do runtimes+=("cpython$version=$(printf %q "$path")"); done <"$WORK/pythons"
    for name in micropython pyodide; do
        runtimes+=("$name=node clone/tests/runtimes/run_in_$name.mjs . clone")
    done
    "$(main_python)" clone/tests/runtimes/compare.py "${runtimes[@]}" >compare.log 2>&1 || status=$?
    cat compare.log
    summary=$(tail -n 1 compare.log)
    count "$(number_before passed)" "$(number_before failed)" 0
    return "$status"
}

# Gradients compared with PyTorch's. Elsewhere these tests are skipped; here they must run.
part_torch() {
    local python
    python=$(python_of 3.11) || missing "CPython 3.11, which PyTorch is compared under"
    fresh_clone clone
    fresh_venv "$python" venv
    install_test_tools "$PWD/venv" ./clone
    # This very version: the newest would bring some gigabytes of CUDA along.
    venv/bin/python -m pip install -qq torch==2.13.0 numpy || missing "PyTorch 2.13.0"
    run_tests "$PWD/venv" clone tests/test_torch.py
    if grep -q skipped tests.log; then
        echo "a comparison with PyTorch was skipped"
        return 1
    fi
}

# The benchmark runs to its end. Its figures are for reading: how fast a machine is decides nothing here.
part_benchmarks() {
    fresh_clone clone
    fresh_venv "$(main_python)" venv
    venv/bin/python -m pip install -qq numpy scikit-learn pandas || missing "numpy, scikit-learn, pandas"
    (cd clone && ../venv/bin/python benchmarks/reference.py --quick)
    ok "the benchmark"
}
