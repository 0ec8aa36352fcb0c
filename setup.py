"""Builds pygraphnn: a wheel with compiled kernels where there are cffi and a C compiler, else a pure one.

PYGRAPHNN_BUILD_C=1 makes it an error if the kernels cannot be built; =0 builds none. All that describes the package
stands here and not in pyproject.toml, whose form for the license has changed: no single one is accepted by the
setuptools of Python 3.6 and by today's alike.
"""
import importlib.util
import os
import re
import sys
import tempfile

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:                 # before setuptools 70.1 it comes with the package wheel
    try:
        from wheel.bdist_wheel import bdist_wheel
    except ImportError:             # then no wheel is being built yet: setuptools is asked what it needs for one
        bdist_wheel = None

HERE = os.path.dirname(os.path.abspath(__file__))
WANTED = os.environ.get("PYGRAPHNN_BUILD_C", "")
if WANTED not in ("", "0", "1"):
    sys.exit("PYGRAPHNN_BUILD_C is %r: set it to 1 or 0, or leave it unset" % WANTED)


def text(path: str) -> str:
    with open(os.path.join(HERE, path), encoding="utf-8") as file:
        return file.read()


def version() -> str:
    """The one in the package, read without importing it."""
    return re.search('^__version__ = "(.+)"$', text("pygraphnn/__init__.py"), re.MULTILINE).group(1)


def load_builder() -> object:
    """csrc/build.py as a module. It leaves no compiled form of itself in the checkout."""
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("pygraphnn_build", os.path.join(HERE, "csrc", "build.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


builder = load_builder()


def build_requirements() -> list:
    """cffi, where it can be of use. PyPy has its own; without a compiler, none must be fetched in vain."""
    if WANTED == "0" or sys.implementation.name != "cpython" or "egg_info" not in sys.argv:
        return []                   # pip and build ask through egg_info; anything else would install it here and now
    try:
        builder.compiler()
        builder.header_folders()
    except builder.BuildError:
        return []
    return ["cffi"]


class WithKernels(Distribution):
    """Counts as compiled once the kernels have been built into it."""

    kernels = False

    def has_ext_modules(self) -> bool:
        return self.kernels


class BuildPackage(build_py):
    """Copies the package without the script that makes the datasets, and builds the kernels into the copy.

    An editable installation uses the checkout itself: they are built there.
    """

    def find_package_modules(self, package: str, package_dir: str) -> list:
        return [] if package == "pygraphnn.datasets" else super().find_package_modules(package, package_dir)

    def run(self) -> None:
        super().run()
        if getattr(self, "editable_mode", False):
            self.build_kernels(os.path.join(HERE, "pygraphnn"))
            return
        package = os.path.join(self.build_lib, "pygraphnn")
        reason = self.build_kernels(package)
        self.distribution.kernels = not reason
        if reason:                  # for `python -m pygraphnn backends`: pip shows nothing of what is printed here
            with open(os.path.join(package, "csrc", "not_built.txt"), "w", encoding="utf-8") as file:
                file.write(reason + "\n")

    def build_kernels(self, package: str) -> str:
        """Returns the reason, in one line, if they are not built."""
        if WANTED == "0":
            return "PYGRAPHNN_BUILD_C was 0"
        try:
            print("built %s" % builder.build(package))
            return ""
        except OSError as problem:
            if WANTED == "1":
                sys.exit("PYGRAPHNN_BUILD_C is 1, but the kernels cannot be built: %s" % problem)
            print("pygraphnn is installed without its C kernels, as pure Python: %s" % problem, file=sys.stderr)
            return str(problem).splitlines()[0]


commands = {"build_py": BuildPackage}
if bdist_wheel:
    class BuildWheel(bdist_wheel):
        """Builds first: whether the wheel is pure, and for which Pythons it is, shows only then."""

        def run(self) -> None:
            self.run_command("build")
            if self.distribution.kernels:
                self.root_is_pure = False
                oldest = min(sys.version_info[:2], (3, 8))
                self.py_limited_api = "cp%d%d" % oldest if builder.for_every_cpython() else False
            super().run()

    commands["bdist_wheel"] = BuildWheel

# What is built lies outside the checkout: nothing is left there, and nothing from one build gets into the next.
outside = tempfile.TemporaryDirectory()
options = {"build": {"build_base": outside.name}, "egg_info": {"egg_base": outside.name}}

setup(
    name="pygraphnn",
    version=version(),
    description="A neural-network framework to be read: pure Python on plain lists, nothing to install",
    long_description=text("README.md"),
    long_description_content_type="text/markdown",
    license="MIT",
    author="The pygraphnn authors",
    python_requires=">=3.6",
    packages=["pygraphnn", "pygraphnn.exporting", "pygraphnn.looking", "pygraphnn.book", "pygraphnn.csrc",
              "pygraphnn.datasets", "pygraphnn.__pyinstaller"],
    entry_points={"console_scripts": ["pygraphnn = pygraphnn.cli:main"],
                  "pyinstaller40": ["hook-dirs = pygraphnn.__pyinstaller:folders"]},
    # These three lie beside the package in a checkout, and inside it when installed.
    package_dir={"pygraphnn.book": "book", "pygraphnn.csrc": "csrc", "pygraphnn.datasets": "datasets"},
    package_data={"pygraphnn": ["py.typed"], "pygraphnn.exporting": ["*.c"], "pygraphnn.looking": ["page/*"],
                  "pygraphnn.book": ["*.html", "*.txt", "*/*"], "pygraphnn.csrc": ["*.c", "*.h"],
                  "pygraphnn.datasets": ["*.csv", "*.md"]},
    include_package_data=False,
    setup_requires=build_requirements(),
    extras_require={
        "c": ["cffi; platform_python_implementation == 'CPython'"],
        "test": ["pytest>=7", "hypothesis"],
        "lint": ["ruff==0.17.6", "clang-format==23.1.5"],
        "types": ["mypy==2.4.1"],
        "dask": ["distributed"],
    },
    cmdclass=commands,
    distclass=WithKernels,
    options={} if "sdist" in sys.argv else options,
    zip_safe=False,
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Education",
        "Operating System :: OS Independent",
        "Programming Language :: C",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: Implementation :: CPython",
        "Programming Language :: Python :: Implementation :: MicroPython",
        "Programming Language :: Python :: Implementation :: PyPy",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Typing :: Typed",
    ],
)
