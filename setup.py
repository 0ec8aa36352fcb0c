"""Builds pygraphnn: a pure-Python wheel that needs no compiler.

All that describes the package stands here and not in pyproject.toml, whose form for the license has changed: no single
one is accepted by the setuptools of Python 3.8 and by today's alike.
"""
import os
import re

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = os.path.dirname(os.path.abspath(__file__))


def text(path: str) -> str:
    with open(os.path.join(HERE, path), encoding="utf-8") as file:
        return file.read()


def version() -> str:
    """The one in the package, read without importing it."""
    return re.search('^__version__ = "(.+)"$', text("pygraphnn/__init__.py"), re.MULTILINE).group(1)


class BuildWithoutScripts(build_py):
    """Leaves out the script that makes the datasets: only they are installed."""

    def find_package_modules(self, package: str, package_dir: str) -> list:
        return [] if package == "pygraphnn.datasets" else super().find_package_modules(package, package_dir)


setup(
    name="pygraphnn",
    version=version(),
    description="A neural-network framework to be read: pure Python on plain lists, nothing to install",
    long_description=text("README.md"),
    long_description_content_type="text/markdown",
    license="MIT",
    author="The pygraphnn authors",
    python_requires=">=3.8",
    packages=["pygraphnn", "pygraphnn.datasets"],
    package_dir={"pygraphnn.datasets": "datasets"},     # beside the package in a checkout, inside it when installed
    package_data={"pygraphnn": ["py.typed"], "pygraphnn.datasets": ["*.csv", "*.md"]},
    include_package_data=False,
    extras_require={
        "test": ["pytest>=7", "hypothesis"],
        "lint": ["ruff==0.17.6"],
    },
    cmdclass={"build_py": BuildWithoutScripts},
    zip_safe=False,
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Education",
        "Operating System :: OS Independent",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: Implementation :: CPython",
        "Programming Language :: Python :: Implementation :: MicroPython",
        "Programming Language :: Python :: Implementation :: PyPy",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Typing :: Typed",
    ],
)
