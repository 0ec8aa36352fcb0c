"""The end of a training step in a plan: the optimizer's rule, recorded for each parameter, in the place of each.

What a step begins with, parameters and states, has a second place for what comes after it; at the end of a step the two
change names. Where the rule is the same for all parameters and works on each element alone, they lie side by side, and
each of its operations is one call for all of them together.
"""
from .kernels import EACH
from .kinds import Any, List, Shape
from .recording import Note
from .shapes import size_of

ALIGNED = 8                 # buffers begin at multiples of so many doubles, 64 bytes: a line of the cache


def room_of(shape: Shape) -> int:
    """The doubles that a buffer takes, with those left empty because the next one begins at a line of the cache."""
    return -(-size_of(shape) // ALIGNED) * ALIGNED


class Update:
    """Where everything is that changes from step to step, and the instructions that change it.

    row: buffers that lie in one piece, in this order: all parameters; all gradients, in whose places the new parameters
    come; and of each state all old ones and all new ones. gradients: of the parameters. pairs: [(before, after)], which
    change names, those of states, random ones too, first; states: {parameter: the buffers of its state}.
    """

    def __init__(self, writer: Any, moves: List[Any]) -> None:
        self.writer = writer
        self.moves = moves
        self._give_own_places()
        self.parameters = [move.old[0] for move in moves]
        self.gradients = [move.gradient for move in moves]
        self.is_joined = self._are_alike()
        if self.is_joined:          # numbers are the same for all: the first one's are computed, for all
            for move in moves:
                for place, (old, first) in enumerate(zip(move.old, moves[0].old)):
                    if writer.shapes[old] == ():
                        move.old[place], move.new[place] = first, moves[0].new[place]
        self.states = {move.node: move.old[1:] for move in moves}
        pairs: List[Any] = []
        self.row = self.parameters + self.gradients
        for places in range(1, max([len(move.old) for move in moves])):
            olds, news = [[side[places] for side in sides if len(side) > places]
                          for sides in ([move.old for move in moves], [move.new for move in moves])]
            pairs += zip(olds, news)
            self.row += olds + news
        self.row = list(dict.fromkeys(self.row))
        self.state_pairs = [pair[1:] for pair in writer.recording.drawn] + list(dict.fromkeys(pairs))
        self.pairs = self.state_pairs + list(zip(self.parameters, self.gradients))

    def _give_own_places(self) -> None:
        """Each gradient and each new value gets a buffer of its own; a new parameter lies where its gradient was."""
        writer, used = self.writer, set()
        for move in self.moves:
            if move.gradient in writer.arrays or move.gradient in used:     # the same for two, or in each step
                number = writer.recording.gradients[move.node][move.node] = self._copy(writer.notes, move.gradient)
                for note in move.notes:
                    note.operands = [number if operand == move.gradient else operand for operand in note.operands]
                move.gradient = number
            used.add(move.gradient)
        for move in self.moves:
            makers = {note.c: place for place, note in enumerate(move.notes)}
            for place in reversed(range(len(move.new))):        # the parameter last: nothing may read its gradient then
                number = move.new[place]
                later = move.notes[makers.get(number, 0) + 1:]
                is_read = not place and {number, move.old[0], move.gradient}.intersection(
                    [read for note in later for read in note.reads()])
                if number not in makers or number in used or is_read:
                    number = move.new[place] = self._copy(move.notes, number)
                used.add(number)
            for note in move.notes:
                note.c = move.gradient if note.c == move.new[0] else note.c
            move.new[0] = move.gradient

    def _copy(self, notes: List[Any], number: int) -> int:
        copy: int = self.writer.buffer(self.writer.shapes[number])
        notes.append(Note("scale", copy, [number], 1.0))
        return copy

    def _are_alike(self) -> bool:
        """Whether all parameters move by the same operations on each element alone, with the same numbers."""
        shapes, first = self.writer.shapes, self.moves[0]
        for move in self.moves:
            there = dict(zip(first.old + [first.gradient], move.old + [move.gradient]))
            if len(move.notes) != len(first.notes) or len(move.old) != len(first.old):
                return False
            for here, note in zip(first.notes, move.notes):
                if note.operation not in EACH or here.parts()[::3] != note.parts()[::3]:
                    return False
                for one, other in zip(here.reads(), note.reads()):
                    if there.get(one, one) != other or one not in there and shapes[one] != ():
                        return False
                there[here.c] = note.c
            if [there.get(number) for number in first.new] != move.new or not self._begin_alike(first, move):
                return False
        return True

    def _begin_alike(self, first: Any, move: Any) -> bool:
        """Whether their states begin with the same numbers."""
        states = self.writer.optimizer.states
        return all([self.writer.shapes[number] != () or repr(one) == repr(other) for number, one, other in zip(
            first.old[1:], states[first.node], states[move.node])])

    def write(self) -> None:
        writer = self.writer
        moves = self.moves[:1] if self.is_joined else self.moves
        together = sum([room_of(writer.shapes[number]) for number in self.parameters])
        notes = [note for move in moves for note in move.notes]
        if self.is_joined:          # what comes in between is as long as all parameters together
            names = {note.c: writer.buffer((together,)) for note in notes
                     if note.c not in moves[0].new and writer.shapes[note.c] != ()}
            notes = [Note(note.operation, names.get(note.c, note.c), [names.get(a, a) for a in note.operands],
                          note.number, note.number_in) for note in notes]
        writer.share_memory(notes)
        for note in notes:
            a, b = (note.operands * 2)[:2]
            if note.operation not in EACH:
                writer.write_note(note)
            else:
                joined = self.is_joined and writer.shapes[note.c] != ()
                writer.each(note.operation, note.c, a, b, number=note.number, number_in=note.number_in,
                            n=together if joined else None)
