/* The operations that work on each element alone: the name, and the formula of element i of the result, from those of a
 * and b in its place and a number. elements.c makes a loop of each line, kernels.h a declaration, and build.py one for
 * cffi. The loops of the same names in pygraphnn/lists.py have the same formulas. */
/* clang-format off */
EACH(add, a[i] + b[i])
EACH(subtract, a[i] - b[i])
EACH(multiply, a[i] * b[i])
EACH(divide, a[i] / b[i])
EACH(scale, a[i] * number)
EACH(add_number, a[i] + number)
EACH(weighted_mean, number * a[i] + (1.0 - number) * b[i])
EACH(square_root, sqrt(a[i]))
EACH(sigmoid_gradient, a[i] * (1.0 - a[i]) * b[i])
EACH(tanh, library_tanh(a[i]))
EACH(tanh_gradient, (1.0 - a[i] * a[i]) * b[i])
EACH(scaled_difference, number * (a[i] - b[i]))
EACH(descend, a[i] - number * b[i])
