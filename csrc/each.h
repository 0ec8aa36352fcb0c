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
EACH(log, library_log(a[i]))
EACH(tanh_gradient, (1.0 - a[i] * a[i]) * b[i])
EACH(relu, a[i] <= 0.0 ? 0.0 : a[i])
EACH(relu_gradient, a[i] > 0.0 ? b[i] : 0.0)
EACH(leaky_relu, a[i] > 0.0 ? a[i] : number * a[i])
EACH(leaky_relu_gradient, a[i] > 0.0 ? b[i] : number * b[i])
EACH(softplus, (a[i] > 0.0 ? a[i] : 0.0) + library_log1p(library_exp(-fabs(a[i]))))
EACH(binary_cross_entropy, ((b[i] > 0.0 ? b[i] : 0.0) - b[i] * a[i]) + library_log1p(library_exp(-fabs(b[i]))))
EACH(scaled_difference, number * (a[i] - b[i]))
EACH(descend, a[i] - number * b[i])
