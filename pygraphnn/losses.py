"""More losses: for classes, from logits (the numbers that a last layer gives, before they become probabilities), and a
penalty on large parameters."""
from . import ops, values
from .activations import require_matrix
from .graph import Loss, Node
from .kinds import Any, Optional, Sequence
from .more_lists import OPERATIONS  # noqa: F401 - this adds the operations of these nodes
from .nodes import pairs_in


class CrossEntropy(Loss):
    """value = −Σ yᵢⱼ·log(softmax(z)ᵢⱼ) / n, the mean over the n rows of how surprised the prediction is by the label

    y: one row of probabilities for each row of z; or a vector of n class numbers, from 0 on, or n rows of one, each of
    which stands for 1 in its column and 0 in the others. z: a matrix of logits, n rows with a column for each class.

    With grad = ∂loss/∂value, s the sum of a row of y, which is 1 for probabilities:
    ∂loss/∂y = −grad/n·log(softmax(z)); class numbers get 0        ∂loss/∂z = grad/n·(softmax(z)·s − y)

    log(softmax(z)ᵢⱼ) is (zᵢⱼ − m) − log Σₖ e^(zᵢₖ − m), m the largest of the row: nothing overflows.

    ValueError: the shapes do not fit, or a label is no class.
    """

    is_pure = True

    def __init__(self, labels: Node, logits: Node, name: Optional[str] = None) -> None:
        Node.__init__(self, [labels, logits], name)

    def forward(self) -> None:
        y, z = self.input_values()
        require_matrix(self, z)
        self.targets = self._probabilities(y, z)
        shifted = ops.table.subtract_column(z, ops.table.row_maxima(z))
        powers = ops.table.exp(shifted)
        sums = ops.table.row_sums(powers)
        self.shares = ops.table.divide_column(powers, sums)                         # softmax(z)
        self.logarithms = ops.table.subtract_column(shifted, ops.table.log(sums))   # and its logarithms
        surprise = ops.table.total(ops.table.multiply(self.targets, self.logarithms))
        self.value = ops.table.scale(surprise, -1.0 / len(z))

    def _probabilities(self, y: Any, z: Any) -> Any:
        """A row of probabilities for each label."""
        of_y, of_z = ops.table.shape(y), ops.table.shape(z)
        if of_y == of_z and of_z[1] > 1:
            return y
        if of_y not in (of_z[:1], (of_z[0], 1)):
            names = [node.name for node in self.inputs]
            raise ValueError("%s: %s is %s, but %s is %s: labels are a class number for each row, or probabilities in "
                             "the shape of the logits" % (self.name, names[0], values.describe(of_y), names[1],
                                                          values.describe(of_z)))
        try:
            return ops.table.one_hot(z, y if len(of_y) == 1 else ops.table.row_sums(y))
        except ValueError as problem:
            raise ValueError("%s: %s: %s" % (self.name, self.inputs[0].name, problem)) from None

    def backward(self) -> None:
        labels, logits = self.inputs
        y = labels.value
        is_class_number = ops.table.shape(y) != ops.table.shape(self.targets)
        factor = self.incoming_gradient() * (1.0 / len(self.targets))
        self.gradients = {}
        if labels.needs_gradient:
            self.pass_back(labels, ops.table.zeros_like(y) if is_class_number
                           else ops.table.scale(self.logarithms, factor * -1.0))
        if logits.needs_gradient:
            shares = self.shares
            if not is_class_number:
                shares = ops.table.multiply_column(shares, ops.table.row_sums(y))
            self.pass_back(logits, ops.table.scaled_difference(factor, shares, self.targets))


class BinaryCrossEntropy(Loss):
    """value = −Σ (y·log σ(z) + (1 − y)·log(1 − σ(z))) / N, the mean over all N elements, σ the sigmoid

    y: labels from 0 to 1; z: logits in the same shape; a vector of n counts as n rows of one column. Each term is
    (max(0, z) − z·y) + log(1 + e^(−|z|)), which overflows for no logit.

    With grad = ∂loss/∂value:
    ∂loss/∂y = −grad/N·z        ∂loss/∂z = grad/N·(σ(z) − y)

    ValueError: the shapes do not fit.
    """

    is_pure = True

    def __init__(self, labels: Node, logits: Node, name: Optional[str] = None) -> None:
        Node.__init__(self, [labels, logits], name)

    def forward(self) -> None:
        y, z = self.input_values()
        mean = 1.0 / pairs_in(self, y, z)
        self.value = ops.table.scale(ops.table.total(ops.table.binary_cross_entropy(y, z)), mean)

    def backward(self) -> None:
        labels, logits = self.inputs
        y, z = labels.value, logits.value
        factor = self.incoming_gradient() * (1.0 / pairs_in(self, y, z))
        self.gradients = {}
        if labels.needs_gradient:
            self.pass_back(labels, ops.table.scaled_difference(factor, ops.table.zeros_like(y), z))
        if logits.needs_gradient:
            self.pass_back(logits, ops.table.scaled_difference(factor, ops.table.sigmoid(z), y))


class L2Penalty(Loss):
    """value = strength·Σ w², the sum over all numbers of all parameters: the larger they are, the larger the loss

    Beside another loss, in `sorted_graph([loss, penalty])`, their sum is trained.

    With grad = ∂loss/∂value:        ∂loss/∂w = 2·strength·grad·w, for each parameter

    parameters: a list of nodes; strength: a number that is not negative. TypeError, ValueError: they are none.
    """

    is_pure = True

    def __init__(self, parameters: Sequence[Node], strength: float, name: Optional[str] = None) -> None:
        if isinstance(parameters, Node) or len(parameters) == 0:
            raise TypeError("L2Penalty takes a list of parameters, at least one: L2Penalty([W1, W2], 1e-3)")
        Node.__init__(self, parameters, name)
        self.strength = values.finite_number(strength, "%s: the strength" % self.name)
        if self.strength < 0.0:
            raise ValueError("%s: the strength is %r: it must not be negative" % (self.name, self.strength))

    def forward(self) -> None:
        total = 0.0
        for w in self.input_values():
            square = ops.table.multiply(w, w)
            total = total + (square if ops.table.shape(w) == () else ops.table.total(square))
        self.value = total * self.strength

    def backward(self) -> None:
        factor = self.incoming_gradient() * (2.0 * self.strength)
        self.gradients = {}
        for node in self.inputs:
            if node.needs_gradient:
                self.pass_back(node, ops.table.scale(node.value, factor))


for _kind in (CrossEntropy, BinaryCrossEntropy, L2Penalty):
    _kind.trusted = _kind
