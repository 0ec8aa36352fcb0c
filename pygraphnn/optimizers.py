"""How parameters move downhill once their gradients are known: gradient descent, momentum, Adam.

Each class has one rule, for one parameter, made of operations; what it keeps from step to step is the parameter's
state. `train` and `optimizer.step` apply the rule to each parameter in turn.
"""
from . import ops, values
from .claims import Claim
from .graph import Node, Placeholder, put_all, require_placeholders
from .kinds import Any, Dict, List, Rate, Sequence, Tuple, Value


class Optimizer:
    """The base class. One of your own needs `rule` and, if it keeps something from step to step, `first_state`.

    learning_rate: a number, or a function of the epoch, counted from 0. It may be set anew between two epochs.
    epoch: how many epochs this optimizer has trained. A loop of your own that calls `step` counts them itself.
    states: {parameter: the list of what the rule keeps for it}. It belongs to these parameters and goes on in the next
    call: for another graph, make another optimizer.

    With `is_pure = True` in a class of your own, its rule is recorded as nodes are, so that trainings run in C.
    ValueError: a number is out of range.
    """

    is_pure = False
    trusted: Any = None         # the class whose results need no check, as with nodes

    def __init__(self, learning_rate: Rate) -> None:
        self.learning_rate = learning_rate
        self.epoch = 0
        self.states: Dict[Node, List[Value]] = {}
        if not callable(learning_rate):
            values.learning_rate(learning_rate)

    def first_state(self, value: Value) -> List[Value]:
        """What is kept for a parameter with this value, before the first step: a list of numbers, vectors, matrices."""
        return []

    def rule(self, value: Value, gradient: Value, state: List[Value], learning_rate: float) -> Tuple[Value,
             List[Value]]:
        """(the new value, the new state) of one parameter, all of them new: nothing is changed in place."""
        raise NotImplementedError("the optimizer %s has no rule()" % type(self).__name__)

    def step(self, trainables: Sequence[Placeholder]) -> None:
        """One step for all of these placeholders or, on an error, for none. TypeError, ValueError: as `optimize`."""
        require_placeholders(trainables)
        with Claim(trainables, is_short=True) as claim, claim:
            self.prepare(trainables)
            self.move(trainables, self.rate())

    def rate(self) -> float:
        """The learning rate of this epoch. ValueError: it is negative, or not finite."""
        if not callable(self.learning_rate):
            return values.learning_rate(self.learning_rate)
        try:
            return values.learning_rate(self.learning_rate(self.epoch))
        except ValueError as problem:
            raise ValueError("epoch %d: %s" % (self.epoch, problem)) from None

    def prepare(self, trainables: Sequence[Placeholder]) -> None:
        """Sees to it that each parameter has a state, as the backend in use holds it. ValueError: as `require_mine`, or
        somebody has set a state that is none."""
        self.require_mine(trainables)
        states = dict(self.states)
        for node in trainables:
            first = self.first_state(node.value)
            state = [values.computed(part, ops.table, "the state of %s", node.name) for part in states.get(node, first)]
            if list(map(ops.table.shape, state)) != list(map(ops.table.shape, first)):
                raise ValueError("the state of %s does not fit %s: set states to {} to begin anew"
                                 % (node.name, type(self).__name__))
            states[node] = [ops.table.own(part) for part in state]
        self.states = states

    def require_mine(self, trainables: Sequence[Placeholder]) -> None:
        """ValueError: the states are those of other parameters. (Some of them may rest, or come in later.)"""
        if not isinstance(self.states, dict):
            raise TypeError("states is %s: set it to {} to begin anew" % values.shown(self.states))
        known, asked = set(self.states), set(trainables)
        if not known.issubset(asked) and not asked.issubset(known):
            raise ValueError("this %s has trained %s, and what it keeps belongs to them: make another one for others"
                             % (type(self).__name__, ", ".join(sorted([node.name for node in known]))))

    def move(self, trainables: Sequence[Placeholder], learning_rate: float) -> None:
        """`step`, once everything is prepared."""
        before, states, new_values = self.states, dict(self.states), []
        for node in trainables:
            moved = self.rule(node.value, node.own_gradient(), states[node], learning_rate)
            if not isinstance(moved, tuple) or len(moved) != 2 or not isinstance(moved[1], list):
                raise TypeError("%s.rule() returns %s: it must return (the new value, a list with the new state)"
                                % (type(self).__name__, values.shown(moved)))
            value, states[node] = moved
            new_values.append(value if self.trusted is type(self) else self._fitting(node, value))
        try:
            self.states = states
            put_all(trainables, new_values)
        except BaseException:               # Ctrl-C too
            self.states = before
            raise

    def _fitting(self, node: Node, value: Value) -> Value:
        """A parameter's new value, as floats, if it has the shape of the old one."""
        value = values.computed(value, ops.table, "the new value of %s", node.name)
        new, old = ops.table.shape(value), ops.table.shape(node.value)
        if new != old:
            raise ValueError("%s: its new value is %s, but the old one is %s: rule() must keep the shape"
                             % (node.name, values.describe(new), values.describe(old)))
        return value


class GradientDescent(Optimizer):
    """value ← value − learning rate · gradient"""

    is_pure = True

    def __init__(self, learning_rate: Rate = 1e-2) -> None:
        Optimizer.__init__(self, learning_rate)

    def rule(self, value: Value, gradient: Value, state: List[Value], learning_rate: float) -> Tuple[Value,
             List[Value]]:
        return ops.table.descend(value, learning_rate, gradient), []


class Momentum(Optimizer):
    """velocity ← β · velocity + gradient        value ← value − learning rate · velocity

    The velocity, 0 at first, goes on in directions on which the steps agree: B. T. Polyak, "Some methods of speeding up
    the convergence of iteration methods", 1964. ValueError: β is not from 0 up to, but not including, 1.
    """

    is_pure = True

    def __init__(self, learning_rate: Rate = 1e-2, beta: float = 0.9) -> None:
        Optimizer.__init__(self, learning_rate)
        self.beta = _beta(beta, "beta")

    def first_state(self, value: Value) -> List[Value]:
        return [ops.table.zeros_like(value)]

    def rule(self, value: Value, gradient: Value, state: List[Value], learning_rate: float) -> Tuple[Value,
             List[Value]]:
        velocity, = state
        velocity = ops.table.add(ops.table.scale(velocity, self.beta), gradient)
        return ops.table.descend(value, learning_rate, velocity), [velocity]


class Adam(Optimizer):
    """Steps of about the learning rate, whatever the size of the gradients. In step t, from 1, element by element:

    m ← β₁ · m + (1 − β₁) · gradient        v ← β₂ · v + (1 − β₂) · gradient²
    value ← value − learning rate / (1 − β₁ᵗ) · m / (√(v / (1 − β₂ᵗ)) + ε)

    m and v, 0 at first, are means of the gradients and of their squares, in which older ones count less; the quotients
    with 1 − βᵗ make up for the zeros: D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", 2015.
    ValueError: β₁ or β₂ is not from 0 up to, but not including, 1, or ε is negative.
    """

    is_pure = True

    def __init__(self, learning_rate: Rate = 1e-3, beta1: float = 0.9, beta2: float = 0.999,
                 epsilon: float = 1e-8) -> None:
        Optimizer.__init__(self, learning_rate)
        self.beta1, self.beta2 = _beta(beta1, "beta1"), _beta(beta2, "beta2")
        self.epsilon = values.finite_number(epsilon, "epsilon")
        if self.epsilon < 0:
            raise ValueError("epsilon is %r: it must not be negative" % self.epsilon)

    def first_state(self, value: Value) -> List[Value]:
        zeros = ops.table.zeros_like(value)
        return [zeros, zeros, 1.0, 1.0]

    def rule(self, value: Value, gradient: Value, state: List[Value], learning_rate: float) -> Tuple[Value,
             List[Value]]:
        table = ops.table
        m, v, power1, power2 = state
        m = table.weighted_mean(m, gradient, self.beta1)
        v = table.weighted_mean(v, table.multiply(gradient, gradient), self.beta2)
        power1, power2 = power1 * self.beta1, power2 * self.beta2           # β₁ᵗ and β₂ᵗ
        root = table.square_root(table.scale(v, table.divide(1.0, 1.0 - power2)))
        direction = table.divide(m, table.add_number(root, self.epsilon))
        value = table.descend(value, table.divide(learning_rate, 1.0 - power1), direction)
        return value, [m, v, power1, power2]


for _kind in (GradientDescent, Momentum, Adam):
    _kind.trusted = _kind


def _beta(x: float, name: str) -> float:
    x = values.finite_number(x, name)
    if not 0.0 <= x < 1.0:
        raise ValueError("%s is %r: it must be from 0 up to, but not including, 1" % (name, x))
    return x
