"""One training step as text: each value forward, each gradient backward, then where every parameter moves.

The formulas are those of the nodes' docstrings, the numbers those of the graph, which stays as it was (`step.py`). How
numbers and names are written stands in `wording.py`.
"""
from .. import lists, values
from ..graph import Loss, Node, Placeholder, forward, loss_of, losses_of, optimize
from ..graph import trainables as marked_trainables
from ..jobs import check_trainables
from ..kinds import Any, Callable, Dict, List, Optional, Sequence, Tuple, Value
from ..language import say, speaking
from ..letters import printable
from ..training import total_of
from .formulas import Formulas, with_numbers
from .step import check_graph, run_whole, unchanged
from .wording import MOST_ROWS, derivatives_of, describe, formula_of, name_of, number_text, table_lines

MOST_NODES = 40         # whose numbers are printed
SMALL = 12              # a parameter with at most so many numbers gets a line for each
INDENT = "     "


def explain(graph: Sequence[Node], learning_rate: float = 1e-2, trainables: Optional[Sequence[Any]] = None, *,
            language: Optional[str] = None) -> str:
    """One training step on the fed values, as text: forward, backward, and the update that `optimize` would do.

    graph: sorted, and ending in the loss. trainables: the placeholders to update; None takes those that were made with
    is_trainable=True. A number is too large where its gradient is positive: making it smaller makes the loss smaller.
    Letters that standard output lacks are written in others, so that the text can be printed. language: "en" or "zh".
    It moves by −learning_rate · gradient. Of a large value the corner is printed, of a large graph both ends.

    Nothing in the graph changes: no step is taken, values and gradients stay as they were. (A node of your own that
    draws random numbers draws them here too.)
    TypeError, ValueError: as of `forward_and_backward` and `optimize`; the message names what is wrong.
    """
    check_graph(graph)
    loss_of(graph)
    learning_rate = values.learning_rate(learning_rate)
    if trainables is None:
        trainables = marked_trainables(graph)
    else:
        check_trainables(graph, {}, trainables)
    with speaking(language), unchanged(graph):
        run_whole(graph)
        lines = (_forward_lines(graph, trainables) + _backward_lines(graph)
                 + _update_lines(graph, trainables, learning_rate))
    return printable("\n".join(lines) + "\n")


# Forward


def _forward_lines(graph: Sequence[Node], trainables: Sequence[Any]) -> List[str]:
    title = say("FORWARD: every node computes its value. Its inputs stand before it, so they have theirs already.")
    return [title, ""] + _for_each(list(enumerate(graph, 1)),
                             lambda numbered: _forward_block(numbered[0], numbered[1], numbered[1] in trainables))


def _forward_block(number: int, node: Node, is_trained: bool) -> List[str]:
    if isinstance(node, Placeholder):
        title = say("trained") if is_trained else say("fed")
        lines = ["%3d. %s, %s, %s" % (number, name_of(node), type(node).__name__, title)]
    else:
        lines = ["%3d. %s, %s: %s" % (number, name_of(node), type(node).__name__, formula_of(node))]
        lines.append(INDENT + say("reads ") + ", ".join("%s (%s)" % (name_of(source), describe(source.value))
                                                   for source in node.inputs))
    worked = ""
    if node.inputs:
        formulas = Formulas(type(node))
        worked = _worked(formulas.value, _plain(node.value), _input_values(formulas, node))
    return lines + _quantity(name_of(node), node.value, worked) + [""]


def _input_values(formulas: Formulas, node: Node) -> Dict[str, Any]:
    """{letter: the value of the input that the docstring of the class calls so}"""
    return {letter: _plain(source.value) for letter, source in zip(formulas.letters, node.inputs)}


def _for_each(items: Sequence[Any], block: Callable[..., List[str]]) -> List[str]:
    """The lines of each item; of many, those of the first and of the last."""
    lines = []
    for position, item in enumerate(items):
        if len(items) <= MOST_NODES or position < MOST_NODES // 2 or position >= len(items) - MOST_NODES // 2:
            lines += block(item)
        elif position == MOST_NODES // 2:
            lines += [INDENT + say("… {:,} more nodes, left out here …").format(len(items) - MOST_NODES), ""]
    return lines


# Backward


def _backward_lines(graph: Sequence[Node]) -> List[str]:
    lines = [say("BACKWARD: every node hands on the gradient, grad = ∂loss/∂(its value). Its consumers stand after it, "
                 "so\nthey have handed on theirs already: the order is the other way round."), ""]
    losses = losses_of(graph)
    if len(losses) > 1:
        lines += [say("The loss is the sum of %s.") % ", ".join(name_of(loss) for loss in losses), ""]
    return lines + _for_each(list(reversed(graph)), _backward_block)


def _backward_block(node: Node) -> List[str]:
    if isinstance(node, Placeholder):
        return ["   %s, %s" % (name_of(node), type(node).__name__)] + _incoming(node) + [""]
    lines = ["   %s, %s: %s" % (name_of(node), type(node).__name__, derivatives_of(node))] + _incoming(node)
    sources = list(dict.fromkeys(node.inputs))
    worked = {}
    formulas = Formulas(type(node))
    if len(sources) == len(node.inputs) == len(formulas.letters):
        known = _input_values(formulas, node)
        known.update({name: _plain(node.value) for name in formulas.names}, grad=_plain(node.incoming_gradient()))
        worked = {source: _worked(formula, _plain(source.value), known)
                  for source, formula in zip(sources, formulas.gradients)}
    for source in sources:
        times = node.inputs.count(source)
        title = "∂loss/∂" + name_of(source) + ("" if times == 1 else say(", read %d times, all added") % times)
        if source not in node.gradients:
            lines.append(INDENT + title + say(": nothing is handed on"))
            continue
        lines += _quantity(title, node.gradients[source], worked.get(source, ""))
    return lines + [""]


def _incoming(node: Node) -> List[str]:
    """Where grad comes from: the end of the graph, one consumer, or a sum over several."""
    title = "grad = ∂loss/∂" + name_of(node)
    sources = [consumer for consumer in node.consumers if node in consumer.gradients]
    if not sources:
        is_loss = isinstance(node, Loss) and not node.consumers
        text = say("%s is 1, because it is the loss") if is_loss else say("%s is 0: nothing hands any on")
        return [INDENT + text % title]
    total = _plain(node.incoming_gradient())
    if len(sources) == 1:
        line = say("%s is what %s handed on") % (title, name_of(sources[0]))
        return [INDENT + line + (": " + number_text(total) if _is_number(total) else "")]
    parts = [(name_of(consumer), _plain(consumer.gradients[node])) for consumer in sources[:MOST_ROWS]]
    more = say(" + … {:,} more …").format(len(sources) - len(parts)) if len(sources) > len(parts) else ""
    if _is_number(total):
        terms = " + ".join(say("%s (from %s)") % (_factor(part), name) for name, part in parts)
        return [INDENT + "%s = %s%s = %s" % (title, terms, more, number_text(total))]
    lines = [INDENT + say("%s is a sum: from %s%s") % (title, say(" + from ").join(name for name, part in parts), more)]
    for name, part in parts:
        lines += _quantity(say("from ") + name, part)
    return lines + _quantity(say("their sum"), total)


# The update


def _update_lines(graph: Sequence[Node], trainables: Sequence[Any], learning_rate: float) -> List[str]:
    lines = [say("UPDATE: value − learning rate · gradient, with the learning rate %s.") % number_text(learning_rate),
             say("A number is too large where its gradient is positive, too small where it is negative."), ""]
    if not trainables:
        return lines + [say("No node is marked as trainable: make parameters with is_trainable=True, or list them:"),
                        "explain(graph, trainables=[W, b])."]
    loss_before, before = total_of(losses_of(graph)), {node: node.value for node in trainables}
    optimize(trainables, learning_rate)
    lines += _for_each(trainables, lambda node: _update_block(node, before[node], learning_rate))
    forward(graph)
    return lines + [say("With the new values, the loss of the same rows goes from %s to %s.")
                    % (number_text(loss_before), number_text(total_of(losses_of(graph))))]


def _update_block(node: Node, before: Value, learning_rate: float) -> List[str]:
    moves = _moves(node, before)
    if len(moves) == 1 and moves[0][0] == "":
        return ["   %s %s: %s" % (name_of(node), say(verdict(moves[0][2])), _move_text(moves[0], learning_rate)), ""]
    counts: Dict[str, int] = {}
    for _, _, gradient, _ in moves:
        counts[verdict(gradient)] = counts.get(verdict(gradient), 0) + 1
    title = say(", ").join("{:,} {}".format(counts[kind], say(PLURALS[kind] if counts[kind] > 1 else kind))
                           for kind in VERDICTS if kind in counts)
    lines = ["   " + say("%s, %s: of its numbers, %s") % (name_of(node), describe(node.value), title)]
    if len(moves) <= SMALL:
        lines += ["     %s%s %s: %s" % (name_of(node), place, say(verdict(gradient)),
                                        _move_text((place, value, gradient, after), learning_rate))
                  for place, value, gradient, after in moves]
    else:
        largest = max(moves, key=lambda move: abs(move[2]) if move[2] == move[2] else -1.0)
        lines.append(INDENT + say("%s%s moves most, it %s: %s") % (
            name_of(node), largest[0], say(verdict(largest[2])), _move_text(largest, learning_rate)))
    return lines + [""]


VERDICTS = ("is too large", "is too small", "stays as it is", "has no direction")
PLURALS = dict(zip(VERDICTS, ("are too large", "are too small", "stay as they are", "have no direction")))


def verdict(gradient: float) -> str:
    """What the sign of a number's gradient says about the number."""
    if gradient != gradient:
        return VERDICTS[3]
    return VERDICTS[0] if gradient > 0 else VERDICTS[1] if gradient < 0 else VERDICTS[2]


def _moves(node: Node, before: Value) -> List[Tuple[Any, ...]]:
    """For each number of a parameter: (its place, itself, its gradient, what it becomes)."""
    value, gradient, after = _plain(before), _plain(node.gradients[node]), _plain(node.value)
    shape = lists.shape(value)
    if shape == ():
        return [("", value, gradient, after)]
    places = ["[%d]" % i if len(shape) == 1 else "[%d][%d]" % divmod(i, shape[1])
              for i in range(len(lists.elements(value)))]
    return list(zip(places, lists.elements(value), lists.elements(gradient), lists.elements(after)))


def _move_text(move: Tuple[Any, ...], learning_rate: float) -> str:
    place, value, gradient, after = move
    step = -learning_rate * gradient
    return say("gradient %s, moves by %s%s: %s → %s") % (
        number_text(gradient), "+" if step > 0 else "", number_text(step), number_text(value), number_text(after))


# Formulas


def _worked(formula: Any, target: Value, values: Dict[str, Any]) -> str:
    """A formula with the numbers in it, for a number or the first number of a vector or a matrix; "" without one."""
    if formula is None:
        return ""
    if all([_is_number(value) for value in values.values()]):
        formula = formula.on_numbers()
    shape = lists.shape(target)
    worked = with_numbers(formula, (0,) * len(shape), shape, values)
    if not formula.is_chained:
        return worked
    return formula.text if formula.text == "grad" or not worked else "%s = %s" % (formula.text, worked)


def _factor(x: float) -> str:
    """A number that stands behind a sign: in brackets if it has a minus of its own."""
    text = number_text(x)
    return "(%s)" % text if text.startswith("-") else text


def _quantity(title: str, value: Value, worked: str = "") -> List[str]:
    """The lines of a value with its shape: a number behind the title, a vector or a matrix below.

    worked: the formula with numbers that leads to the number, or to the first number.
    """
    value = _plain(value)
    equation = " = " + worked if worked else ""
    if _is_number(value):
        return [INDENT + "%s%s = %s" % (title, equation, number_text(value))]
    lines = [INDENT + "%s, %s" % (title, describe(value))] + [INDENT + "  " + line for line in table_lines(value)]
    if worked:
        first = number_text(lists.elements(value)[0])
        lines.append(INDENT + "  %s%s = %s" % ("[0]" * len(lists.shape(value)), equation, first))
    return lines


def _plain(value: Value) -> Any:
    """Lists and floats, whatever backend holds the value."""
    return values.as_list(value)


def _is_number(value: Value) -> bool:
    return isinstance(value, lists.NUMBER)
