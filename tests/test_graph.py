"""From a feed_dict to a sorted list of nodes, and what happens on the way back."""
import gc
import time
import weakref

import pytest
from networks import Sum, Times, as_lists, lesson_network, random_matrix

import pygraphnn as pg
from pygraphnn import scalar


def names(nodes):
    return [node.name for node in nodes]


def lesson_graph():
    X, y, prediction, cost, parameters = lesson_network(features=2, hidden=3)
    return pg.topological_sort_feed_dict({X: [[1.0, 2.0], [3.0, 4.0]], y: [1.0, 2.0]})


def test_the_lessons_graph_comes_in_its_order():
    assert names(lesson_graph())[:6] == ["X", "y", "W1", "b1", "W2", "b2"]
    assert names(lesson_graph())[7:] == ["s1", "l2", "cost"]


def test_every_node_comes_after_its_inputs_and_is_listed_once():
    graph = lesson_graph()
    position = {node: i for i, node in enumerate(graph)}
    assert len(position) == len(graph) == 10
    for node in graph:
        assert all(position[source] < position[node] for source in node.inputs)


def test_the_order_does_not_depend_on_the_order_of_the_feed_dict():
    X, y, prediction, cost, parameters = lesson_network(features=2, hidden=3)
    feed = {X: [[1.0, 2.0]], y: [1.0]}
    feed.update({node: node.value for node in parameters})
    orders = {tuple(names(pg.topological_sort_feed_dict(dict(items))))
              for items in (feed.items(), list(feed.items())[::-1], sorted(feed.items(), key=lambda i: i[0].name))}
    assert len(orders) == 1


def test_parameters_that_have_a_value_need_not_be_fed():
    assert "W1" in names(lesson_graph())


def test_a_loss_comes_last_even_if_another_node_was_made_after_it():
    X, y, prediction, cost, parameters = lesson_network(features=2, hidden=3)
    pg.Sigmoid(prediction, name="made later")
    graph = pg.topological_sort_feed_dict({X: [[1.0, 2.0]], y: [1.0]})
    assert graph[-1] is cost and "made later" in names(graph)


def test_the_dict_of_a_graph_gives_the_consumers_and_is_not_changed_by_sorting():
    X = pg.Placeholder("X")
    s = pg.Sigmoid(X, name="s")
    total = Sum(s, s)
    graph = pg.convert_feed_dict_to_graph({X: [[1.0]]})
    assert graph == {X: [s], s: [total], total: []}
    pg.topological_sort(graph)
    assert graph == {X: [s], s: [total], total: []}


def test_a_cycle_is_an_error_that_names_its_nodes_and_no_others():
    X = pg.Placeholder("X")
    a = pg.Sigmoid(X, name="a")
    b = pg.Sigmoid(a, name="b")
    c = pg.Sigmoid(b, name="c")
    pg.Sigmoid(c, name="behind the cycle")
    a.inputs.append(c)
    c.outputs.append(a)
    with pytest.raises(ValueError, match="cycle: (a → b → c → a|b → c → a → b|c → a → b → c)$"):
        pg.topological_sort_feed_dict({X: [[1.0]]})


def test_a_node_that_waits_for_itself_is_a_cycle():
    a = pg.Sigmoid(pg.Placeholder("X"), name="a")
    with pytest.raises(ValueError, match="cycle: a → a$"):
        pg.topological_sort({a: [a]})


def test_a_long_cycle_is_named_in_short():
    X = pg.Placeholder("X")
    chain = [pg.Sigmoid(X, name="n0")]
    for i in range(1, 1000):
        chain.append(pg.Sigmoid(chain[-1], name="n%d" % i))
    with pytest.raises(ValueError, match="more") as error:
        pg.topological_sort({node: [chain[(i + 1) % 1000]] for i, node in enumerate(chain)})
    assert len(str(error.value)) < 300


@pytest.mark.long
def test_a_chain_of_200_000_nodes_and_100_000_diamonds_are_sorted_without_recursion():
    """The limit is a hundred times what it takes: a sort that is not linear would need hours."""
    x = scalar.Placeholder("x")
    node = x
    for _ in range(200_000):
        node = scalar.Sigmoid(node)
    start = time.perf_counter()
    order = pg.topological_sort_feed_dict({x: 1.0})
    assert len(order) == 200_001 and order[-1] is node
    y = scalar.Placeholder("y")
    node = y
    for _ in range(100_000):
        node = scalar.Linear(node, node, y)
    order = pg.topological_sort_feed_dict({y: 0.5})
    assert len(order) == 100_001 and order[-1] is node
    assert time.perf_counter() - start < 100


def test_a_chain_of_20_000_nodes_runs_forward_backward_and_predicts():
    x, y = scalar.Placeholder("x", is_trainable=True), scalar.Placeholder("y")
    node = x
    for _ in range(20_000):
        node = scalar.Sigmoid(node)
    scalar.MSE(y, node)
    graph = pg.topological_sort_feed_dict({x: 1.0, y: 0.5})
    pg.forward_and_backward(graph)
    assert 0.6 < node.value < 0.7
    assert pg.predict(node, {x: 1.0}) == node.value


def test_backward_twice_gives_the_same_gradients(backend):
    X, y, prediction, cost, parameters = lesson_network(features=2, hidden=3)
    graph = pg.topological_sort_feed_dict({X: random_matrix(4, 2, 1), y: [1.0, 2.0, 3.0, 4.0]})
    pg.forward_and_backward(graph)
    first = [as_lists(node.gradients[node]) for node in graph if node.inputs == []]
    pg.backward(graph)
    assert [as_lists(node.gradients[node]) for node in graph if node.inputs == []] == first
    assert any(any(row) for row in first[2])


def test_a_node_with_two_consumers_gets_the_sum(backend):
    """loss = ((x·w₁ + 0) + (x·w₂ + 0) − y)² for one row: ∂loss/∂x = −2·(y − a)·(w₁ + w₂)."""
    x, y = pg.Placeholder("x"), pg.Placeholder("y")
    w1, w2, zero = pg.Placeholder("w1"), pg.Placeholder("w2"), pg.Placeholder("zero")
    pg.MSE(y, Sum(pg.Linear(x, w1, zero), pg.Linear(x, w2, zero)))
    graph = pg.topological_sort_feed_dict({x: [[3.0]], y: [[1.0]], w1: [[2.0]], w2: [[5.0]], zero: [0.0]})
    pg.forward_and_backward(graph)
    assert x.gradients[x] == [[-2.0 * (1.0 - 21.0) * 7.0]]
    assert zero.gradients[zero] == [80.0]


def test_a_node_read_twice_by_one_consumer_gets_the_sum(backend):
    """loss = (x·x + 0 − y)²: ∂loss/∂x = −2·(y − x²)·2x."""
    x, y, zero = pg.Placeholder("x"), pg.Placeholder("y"), pg.Placeholder("zero")
    pg.MSE(y, pg.Linear(x, x, zero))
    graph = pg.topological_sort_feed_dict({x: [[3.0]], y: [[1.0]], zero: [0.0]})
    pg.forward_and_backward(graph)
    assert x.gradients[x] == [[-2.0 * (1.0 - 9.0) * 6.0]]


def test_gradients_of_several_consumers_are_added_in_the_graphs_order(backend):
    """2⁵³ + 1 + 1 differs from 1 + 1 + 2⁵³. The consumer that was made first waits longest, so it comes last."""
    class Gives(pg.Loss):
        def __init__(self, amount, *inputs):
            pg.Loss.__init__(self, inputs)
            self.amount = amount

        def forward(self):
            self.value = 0.0

        def backward(self):
            self.gradients = {node: [[self.amount]] for node in self.inputs}

    x, far = pg.Placeholder("x"), pg.Placeholder("far")
    late = Gives(2.0 ** 53, x, pg.Sigmoid(pg.Sigmoid(far)))
    Gives(1.0, x)
    Gives(1.0, x)
    graph = pg.topological_sort_feed_dict({x: [[0.0]], far: [[0.0]]})
    assert graph[-1] is late
    pg.forward_and_backward(graph)
    assert x.gradients[x] == [[2.0 + 2.0 ** 53]]


def test_the_hand_written_loops_of_the_lesson_work_without_our_functions(backend):
    X, y, prediction, cost, parameters = lesson_network(features=2, hidden=3)
    X.value, y.value = random_matrix(4, 2, 1), [1.0, 2.0, 3.0, 4.0]
    graph = pg.topological_sort_feed_dict({X: X.value, y: y.value})
    for node in graph:
        node.forward()
    for node in graph[::-1]:
        node.backward()
    by_hand = [as_lists(node.gradients[node]) for node in parameters]
    pg.forward_and_backward(graph)
    assert [as_lists(node.gradients[node]) for node in parameters] == by_hand


def test_a_node_outside_the_graph_adds_nothing(backend):
    X, y, prediction, cost, parameters = lesson_network(features=2, hidden=3)
    graph = pg.topological_sort_feed_dict({X: random_matrix(4, 2, 1), y: [1.0, 2.0, 3.0, 4.0]})
    pg.forward_and_backward(graph)
    before = as_lists(parameters[0].gradients[parameters[0]])
    other = pg.Placeholder("other labels")
    pg.MSE(other, prediction)
    both = pg.topological_sort_feed_dict({X: X.value, y: y.value, other: [9.0, 9.0, 9.0, 9.0]})
    pg.forward_and_backward(both)
    assert as_lists(parameters[0].gradients[parameters[0]]) != before
    pg.backward(graph)
    assert as_lists(parameters[0].gradients[parameters[0]]) == before


def test_several_losses_are_added_up(backend):
    x, y1, y2 = pg.Placeholder("x"), pg.Placeholder("y1"), pg.Placeholder("y2")
    pg.MSE(y1, x)
    pg.MSE(y2, x)
    graph = pg.topological_sort_feed_dict({x: [[5.0]], y1: [[1.0]], y2: [[2.0]]})
    pg.forward_and_backward(graph)
    assert x.gradients[x] == [[2.0 * 4.0 + 2.0 * 3.0]]


def test_a_branch_that_leads_to_no_loss_gets_zeros(backend):
    X, y, prediction, cost, parameters = lesson_network(features=2, hidden=3)
    side_weight, side_bias = pg.Placeholder("side W"), pg.Placeholder("side b")
    pg.Linear(prediction, side_weight, side_bias)
    graph = pg.topological_sort_feed_dict({X: random_matrix(4, 2, 1), y: [1.0, 2.0, 3.0, 4.0],
                                           side_weight: [[1.0, 2.0]], side_bias: [0.0, 0.0]})
    pg.forward_and_backward(graph)
    assert side_weight.gradients[side_weight] == [[0.0, 0.0]]
    assert side_bias.gradients[side_bias] == [0.0, 0.0]


def test_an_incoming_gradient_reaches_the_loss_behind_it(backend):
    X, y, prediction, cost, parameters = lesson_network(features=2, hidden=3)
    feed = {X: random_matrix(4, 2, 1), y: [1.0, 2.0, 3.0, 4.0]}
    pg.forward_and_backward(pg.topological_sort_feed_dict(feed))
    plain = as_lists(parameters[3].gradients[parameters[3]])
    Times(-4.0, cost)
    pg.forward_and_backward(pg.topological_sort_feed_dict(feed))
    assert parameters[3].gradients[parameters[3]] == [-4.0 * plain[0]]


def test_optimize_takes_all_steps_or_none(backend):
    X, y, prediction, cost, parameters = lesson_network(features=2, hidden=3)
    graph = pg.topological_sort_feed_dict({X: random_matrix(4, 2, 1), y: [1.0, 2.0, 3.0, 4.0]})
    pg.forward_and_backward(graph)
    before = [as_lists(node.value) for node in parameters]
    fresh = pg.Placeholder("fresh")
    fresh.value = [1.0]
    with pytest.raises(ValueError, match="fresh has no gradient yet"):
        pg.optimize(parameters + [fresh])
    assert [as_lists(node.value) for node in parameters] == before
    pg.optimize(parameters, learning_rate=0.5)
    for node, old in zip(parameters[1::2], before[1::2]):
        assert as_lists(node.value) == [w - 0.5 * g for w, g in zip(old, as_lists(node.gradients[node]))]


def test_trainables_are_those_that_were_made_so():
    graph = lesson_graph()
    assert names(pg.trainables(graph)) == ["W1", "b1", "W2", "b2"]


def test_run_one_epoch_is_forward_and_backward():
    assert pg.run_one_epoch is pg.forward_and_backward


# Bad input


def test_what_is_no_node_cannot_be_an_input():
    with pytest.raises(TypeError, match=r"Linear_\d+: input 1 is \[\[1.0\]\], not a node"):
        X = pg.Placeholder("X")
        pg.Linear(X, [[1.0]], pg.Placeholder("b"))
    assert X.outputs == [], "what failed to be made must not stay in the graph"


def test_an_unfed_placeholder_is_named_with_its_reader():
    X, y, prediction, cost, parameters = lesson_network(features=2, hidden=3)
    with pytest.raises(ValueError, match="placeholder y is not fed, but cost reads it"):
        pg.topological_sort_feed_dict({X: [[1.0, 2.0]]})


def test_none_is_not_a_value():
    alone = pg.Placeholder("alone")
    with pytest.raises(ValueError, match="alone is None, which is not a number"):
        pg.topological_sort_feed_dict({alone: None})


def test_a_feed_dict_is_fed_whole_or_not_at_all():
    X, y, prediction, cost, parameters = lesson_network(features=2, hidden=3)
    X.value, y.value = [[7.0, 7.0]], [7.0]
    for wrong in ({X: [[1.0, 2.0]], y: ["bad"]}, {y: [1.0], X: [[1.0], [2.0, 3.0]]}):
        with pytest.raises(ValueError):
            pg.topological_sort_feed_dict(wrong)
    parameters[0].value = None
    with pytest.raises(ValueError, match="the placeholder W1 is not fed, but l1 reads it"):
        pg.topological_sort_feed_dict({X: [[1.0, 2.0]], y: [1.0]})
    assert X.value == [[7.0, 7.0]] and y.value == [7.0]


def test_a_feed_dict_is_no_graph():
    X = pg.Placeholder("X")
    with pytest.raises(TypeError, match=r"X leads to \[1.0\], not to a node: for a feed_dict call"):
        pg.topological_sort({X: [[1.0]]})


def test_feeding_between_forward_and_backward_is_noticed(backend):
    X, y, prediction, cost, parameters = lesson_network(features=2, hidden=3)
    graph = pg.topological_sort_feed_dict({X: random_matrix(4, 2, 1), y: [1.0, 2.0, 3.0, 4.0]})
    pg.forward(graph)
    X.value = [[1.0, 2.0]]
    with pytest.raises(ValueError, match=r"l1: its inputs were fed again after forward: call forward\(graph\)"):
        pg.backward(graph)
    pg.forward_and_backward(pg.topological_sort_feed_dict({X: random_matrix(4, 2, 1), y: [1.0, 2.0, 3.0, 4.0]}))
    y.value = [1.0]
    with pytest.raises(ValueError, match="cost: y is a vector of 1, but l2 is 4 × 1"):
        pg.backward(graph)


def test_one_node_is_no_list_of_trainables():
    X, y, prediction, cost, parameters = lesson_network(features=2, hidden=3)
    with pytest.raises(TypeError, match="the trainables are a list of placeholders, not W1 alone"):
        pg.optimize(parameters[0])
    graph = pg.topological_sort_feed_dict({X: [[1.0, 2.0]], y: [1.0]})
    with pytest.raises(TypeError, match="the trainables are a list of placeholders, not W1 alone"):
        pg.train(graph, {X: [[1.0, 2.0]], y: [1.0]}, parameters[0], epochs=1, batch_size=1)


def test_a_fed_key_that_is_no_placeholder_is_named():
    X, y, prediction, cost, parameters = lesson_network(features=2, hidden=3)
    with pytest.raises(TypeError, match="the feed_dict: l2 is not a placeholder"):
        pg.topological_sort_feed_dict({X: [[1.0, 2.0]], prediction: [[1.0]]})
    with pytest.raises(TypeError, match="the feed_dict: 'X' is not a placeholder"):
        pg.topological_sort_feed_dict({"X": [[1.0, 2.0]]})


@pytest.mark.parametrize("feed", [{}, [], None, [[1.0]]])
def test_what_is_no_feed_dict_is_refused(feed):
    with pytest.raises(TypeError, match="a feed_dict is a dict"):
        pg.topological_sort_feed_dict(feed)


def test_a_graph_that_does_not_end_in_a_loss_has_no_gradients():
    X = pg.Placeholder("X")
    pg.Sigmoid(X, name="the end")
    graph = pg.topological_sort_feed_dict({X: [[1.0]]})
    with pytest.raises(ValueError, match="the graph ends in the end, not in a loss"):
        pg.backward(graph)
    with pytest.raises(ValueError, match="the graph ends in nothing, not in a loss"):
        pg.backward([])
    with pytest.raises(TypeError, match="not a sorted list of nodes: call topological_sort"):
        pg.backward(pg.convert_feed_dict_to_graph({X: [[1.0]]}))


def test_backward_before_forward_is_refused():
    X, y, prediction, cost, parameters = lesson_network(features=2, hidden=3)
    graph = pg.topological_sort_feed_dict({X: [[1.0, 2.0]], y: [1.0]})
    with pytest.raises(ValueError, match=r"cost has no value yet: call forward\(graph\) before"):
        pg.backward(graph)


def test_a_node_that_runs_before_its_input_says_so():
    s = pg.Sigmoid(pg.Placeholder("X"), name="s")
    with pytest.raises(ValueError, match="s reads X, which has no value yet"):
        s.forward()
    with pytest.raises(ValueError, match="the placeholder X has no value: feed it"):
        s.inputs[0].forward()


def test_a_class_without_forward_or_backward_says_so():
    class Half(pg.Loss):
        pass
    half = Half(name="h")
    with pytest.raises(NotImplementedError, match=r"h: the class Half has no forward\(\)"):
        half.forward()
    with pytest.raises(NotImplementedError, match=r"h: the class Half has no backward\(\)"):
        half.backward()


def test_a_consumer_whose_backward_forgets_an_input_is_named():
    class Forgetful(pg.Loss):
        def forward(self):
            self.value = 0.0

        def backward(self):
            self.gradients = {self.inputs[0]: 1.0}

    a, b = scalar.Placeholder("a"), scalar.Placeholder("b")
    Forgetful([a, b], name="f")
    graph = pg.topological_sort_feed_dict({a: 1.0, b: 2.0})
    pg.forward(graph)
    with pytest.raises(ValueError, match=r"f.backward\(\) left no gradient for its input b"):
        pg.backward(graph)


@pytest.mark.parametrize("rate", [float("nan"), float("inf"), "0.1", None])
def test_a_learning_rate_must_be_a_finite_number(rate):
    with pytest.raises(ValueError, match="the learning rate"):
        pg.optimize([], learning_rate=rate)


def test_only_placeholders_can_be_optimized():
    with pytest.raises(TypeError, match="the trainables: s is not a placeholder"):
        pg.optimize([pg.Sigmoid(pg.Placeholder("X"), name="s")])


# From the loss


def test_sorted_graph_is_what_the_loss_depends_on_in_the_same_order():
    X, y, prediction, cost, parameters = lesson_network()
    values = {X: random_matrix(5, 13, 1), y: random_matrix(5, 1, 2)}
    graph = pg.topological_sort_feed_dict(values)
    assert pg.sorted_graph(cost) == graph
    older = pg.MSE(y, prediction)
    aside = pg.Sigmoid(prediction)
    assert pg.sorted_graph(cost) == graph and pg.sorted_graph([cost]) == graph
    assert older not in pg.sorted_graph(cost) and aside in pg.sorted_graph([aside, cost])
    assert pg.sorted_graph([aside, cost])[-1] is cost, "a loss goes last"
    assert pg.sorted_graph(X) == [X]


def test_a_cell_that_is_run_again_trains_the_new_loss_alone(backend):
    def losses(runs):
        X, y, prediction, cost, parameters = lesson_network(features=3)
        for _ in range(runs):
            cost = pg.MSE(y, prediction)
        feed = {X: random_matrix(9, 3, 1), y: random_matrix(9, 1, 2)}
        return pg.train(pg.sorted_graph(cost), feed, parameters, epochs=3, batch_size=4)

    assert losses(5) == losses(0)


def test_the_same_loss_twice_is_an_error_with_the_remedy():
    X, y, prediction, cost, parameters = lesson_network(features=3)
    feed = {X: random_matrix(9, 3, 1), y: random_matrix(9, 1, 2)}
    again = pg.MSE(y, prediction, "again")
    with pytest.raises(ValueError, match="%s and again are the same loss .* with sorted_graph" % cost.name):
        pg.topological_sort_feed_dict(feed)
    assert pg.sorted_graph(again)[-1] is again


@pytest.mark.parametrize("wrong", [None, 3, "cost", [None], {}])
def test_sorted_graph_names_what_is_no_node(wrong):
    with pytest.raises(TypeError, match="sorted_graph sorts what a loss depends on, or a list of nodes, not "):
        pg.sorted_graph(wrong)


def test_sorted_graph_names_a_cycle():
    a = pg.Placeholder("a")
    one = pg.Sigmoid(a, "one")
    other = pg.Sigmoid(one, "other")
    one.inputs[0] = other
    with pytest.raises(ValueError, match="cycle: "):
        pg.sorted_graph(other)


# A notebook's cell that runs again


FEED = {}


@pytest.mark.parametrize("sort", [pg.sorted_graph, lambda cost: pg.topological_sort_feed_dict(FEED)])
def test_a_loss_that_is_made_again_does_not_keep_the_older_one_alive(sort, backend):
    X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
    out = pg.Linear(X, W, b)
    W.value, b.value = [[0.5], [0.25]], [0.0]
    FEED.clear()
    FEED.update({X: [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], y: [1.0, 2.0, 3.0]})
    expected, dead = None, []
    for _ in range(5):
        cost = pg.MSE(y, out)               # the cell
        dead.append(weakref.ref(cost))
        graph = None                        # which would keep it, too
        gc.collect()
        graph = sort(cost)
        assert len(graph) == 6 and graph[-1] is cost and out.outputs == y.outputs == [cost]
        W.value, b.value = [[0.5], [0.25]], [0.0]
        losses = pg.train(graph, dict(FEED), [W, b], epochs=3, batch_size=2, learning_rate=0.01)
        expected = expected or losses
        assert losses == expected and out.consumers == [cost]
    del graph, cost
    pg.MSE(y, out)
    gc.collect()
    assert [one() for one in dead] == [None] * 5


def test_nodes_that_are_made_again_and_that_somebody_has_are_still_there():
    X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
    out = pg.Linear(X, W, b)
    cost = pg.MSE(y, out, name="cost")
    first = pg.sorted_graph(cost)
    feed = {X: [[1.0]], y: [1.0], W: [[1.0]], b: [0.0]}
    again = pg.MSE(y, out, name="again")
    with pytest.raises(ValueError, match="cost and again are the same loss .* with sorted_graph"):
        pg.topological_sort_feed_dict(feed)
    for node, value in feed.items():
        node.value = value
    pg.forward_and_backward(first)
    assert out.consumers == [cost] and out.outputs == [again]
    del cost, first
    gc.collect()
    assert pg.topological_sort_feed_dict(feed)[-1] is again


def test_the_same_node_twice_in_one_graph_is_two_nodes(backend):
    """Two that share their weights, each with a reader of its own."""
    X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
    total = Sum(pg.Linear(X, W, b), pg.Linear(X, W, b))
    pg.MSE(y, total)
    graph = pg.topological_sort_feed_dict({X: [[1.0]], y: [[0.0]], W: [[3.0]], b: [1.0]})
    assert len(graph) == 8
    pg.forward_and_backward(graph)
    assert total.value == [[8.0]] and W.gradients[W] == [[32.0]]
