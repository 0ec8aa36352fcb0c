"""A table whose rows are learnt: what stands for a word, a town or a player, whose number alone says nothing."""
from . import ops, values
from .graph import Node
from .kinds import Any, Optional
from .more_lists import OPERATIONS  # noqa: F401 - this adds the operations of this node


class Embedding(Node):
    """valueᵢⱼ = table[indicesᵢ]ⱼ: for each number the row of the table with that number

    indices: a vector of k row numbers, whole numbers from 0 on, or k rows of one. table: n × m. value: k × m

    With grad = ∂loss/∂value, k × m:
    ∂loss/∂indices = 0        ∂loss/∂table: row r is the sum of the rows i of grad with indicesᵢ = r, for i ascending

    ValueError: a number is none of a row, or the shapes are others.
    """

    is_pure = True
    row_inputs = (0,)

    def __init__(self, indices: Node, table: Node, name: Optional[str] = None) -> None:
        Node.__init__(self, [indices, table], name)

    def forward(self) -> None:
        indices, table = self.input_values()
        of_indices, of_table = ops.table.shape(indices), ops.table.shape(table)
        if len(of_table) != 2 or of_indices[1:] not in ((), (1,)) or of_indices == ():
            names = [node.name for node in self.inputs]
            raise ValueError("%s: %s is %s and %s is %s, but row numbers are a vector, and the table is a matrix"
                             % (self.name, names[0], values.describe(of_indices), names[1],
                                values.describe(of_table)))
        try:
            self.value = ops.table.pick_rows(table, self._as_vector(indices))
        except ValueError as problem:
            raise ValueError("%s: %s: %s" % (self.name, self.inputs[0].name, problem)) from None

    def backward(self) -> None:
        indices, table = self.inputs
        grad = self.incoming_gradient()
        self.gradients = {}
        if indices.needs_gradient:
            self.pass_back(indices, ops.table.zeros_like(indices.value))
        if table.needs_gradient:
            self.pass_back(table, ops.table.add_to_rows(table.value, self._as_vector(indices.value), grad))

    def _as_vector(self, indices: Any) -> Any:
        return indices if len(ops.table.shape(indices)) == 1 else ops.table.row_sums(indices)


Embedding.trusted = Embedding
