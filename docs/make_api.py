"""Writes api.md beside this script: every public name with its signature, as it stands in the code, and its docstring.

    python docs/make_api.py             writes it
    python docs/make_api.py --check     exit code 1, if it is not what would be written

Python 3.9 or later.
"""
import argparse
import ast
import inspect
import os
import sys
import textwrap

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import pygraphnn as pg  # noqa: E402 - found through the path above

THEMES = [
    ("The graph", "Node Placeholder Loss sorted_graph convert_feed_dict_to_graph topological_sort "
                  "topological_sort_feed_dict forward backward forward_and_backward run_one_epoch trainables optimize"),
    ("Nodes", "Linear Sigmoid Tanh ReLU LeakyReLU Softplus Softmax Add Subtract Multiply Scale MatMul "
              "Dropout Embedding"),
    ("Losses", "MSE CrossEntropy BinaryCrossEntropy L2Penalty"),
    ("Optimizers", "Optimizer GradientDescent Momentum Adam"),
    ("Training", "train train_epochs predict Diverged resample memory_needed"),
    ("Checking and evaluating", "check_gradients split one_hot accuracy confusion_matrix"),
    ("Data", "Dataset dataset_names load_dataset load_csv standardize unstandardize make_moons make_circles "
             "make_spirals make_xor"),
    ("Models on disk", "Model save_model load_model"),
    ("Out to other engines", "export_onnx export_torch export_safetensors export_python export_c"),
    ("Random numbers", "SplitMix64 randn zeros"),
    ("Looking at a training", "explain plot_loss plot_graph plot_surface write_report History"),
    ("Backends", "use active_backend available_backends set_threads get_threads"),
]
ELSEWHERE = {"scalar": "The module `pygraphnn.scalar` has the same nodes on single numbers: a value is a float."}


def text() -> str:
    named = {name for _, names in THEMES for name in names.split()} | set(ELSEWHERE)
    if named != set(pg.__all__):
        sys.exit("THEMES in docs/make_api.py must have what pygraphnn.__all__ has; they differ in %s"
                 % ", ".join(sorted(named ^ set(pg.__all__))))
    lines = ["# API", "",
             "Made of the docstrings by `python docs/make_api.py`, and written for `import pygraphnn as pg`.",
             "`Matrix`, `Vector`, `Value`, `Shape`, `Feed` and `Rate` are in `pygraphnn/kinds.py`.", ""]
    lines += [line for place in ELSEWHERE.values() for line in (place, "")]
    for theme, names in THEMES:
        lines += ["## " + theme, ""]
        for name in names.split():
            lines += described(name, getattr(pg, name), "###")
    return "\n".join(lines)


def described(name: str, what: object, heading: str) -> list:
    """The heading, the signature, the docstring and, of a class, its methods."""
    lines = ["%s `%s`" % (heading, name), "", "```python", signature(name, what), "```", ""]
    if inspect.getdoc(what):
        lines += ["```text", inspect.getdoc(what), "```", ""]
    if inspect.isclass(what):
        for method, function in vars(what).items():
            if inspect.isfunction(function) and not method.startswith("_") and function.__doc__:
                lines += described("%s.%s" % (name, method), function, "####")
    return lines


def signature(name: str, what: object) -> str:
    """As it stands in the code, on one line, without `self`."""
    function = what.__init__ if inspect.isclass(what) else what
    if not inspect.isfunction(function):
        return name + "()"
    definition = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    definition.args.args = [argument for argument in definition.args.args if argument.arg != "self"]
    result = "" if inspect.isclass(what) or not definition.returns else " -> " + ast.unparse(definition.returns)
    return "%s(%s)%s" % (name, ast.unparse(definition.args), result)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    path = os.path.join(HERE, "api.md")
    if not options.check:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text())
        return 0
    with open(path, encoding="utf-8") as file:
        if file.read() == text():
            return 0
    print("docs/api.md is not what the docstrings say: run python docs/make_api.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
