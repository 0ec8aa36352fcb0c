"""Chance in training: some nodes are left out in each step, so that no other comes to rely on them."""
from . import ops, values
from .activations import OfOne
from .graph import Node
from .kinds import Optional
from .more_lists import pieces_of


class Dropout(OfOne):
    """value = M·A, element by element: in the shape of the input, each element left out with the probability `rate`

    M: 0 where an element is left out, else 1 / (1 − rate), so that the mean stays. Each forward draws it anew, from the
    numbers of SplitMix64(seed), one for each element, row by row: below the rate, it is left out. In `predict` nothing
    is: value = A. N. Srivastava and others, "Dropout: a simple way to prevent neural networks from overfitting", 2014.

    With grad = ∂loss/∂value:        ∂loss/∂A = M·grad, element by element

    random_state: where the stream has come to. ValueError: the rate is not from 0 up to, but not including, 1.
    """

    is_pure = True

    def __init__(self, node: Node, rate: float, seed: int = 0, name: Optional[str] = None) -> None:
        OfOne.__init__(self, node, name)
        self.rate = values.finite_number(rate, "%s: the rate" % self.name)
        if not 0.0 <= self.rate < 1.0:
            raise ValueError("%s: the rate is %r: it must be from 0 up to, but not including, 1"
                             % (self.name, self.rate))
        self.random_state = pieces_of(values.whole_number(seed, "%s: the seed" % self.name))

    def forward(self) -> None:
        A, = self.input_values()
        state = ops.table.own(self.random_state)
        self.mask = ops.table.dropout_mask(A, self.rate, state)
        drawn = 1.0
        for size in ops.table.shape(A):
            drawn *= size
        self.random_state = ops.table.skip_random(state, drawn)
        self.value = ops.table.multiply(self.mask, A)

    def forward_to_predict(self) -> None:
        A, = self.input_values()
        self.value = ops.table.scale(A, 1.0)

    def backward(self) -> None:
        self.gradients = {}
        self.pass_back(self.inputs[0], ops.table.multiply(self.mask, self.incoming_gradient()))


Dropout.trusted = Dropout
