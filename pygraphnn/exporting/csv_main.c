/* A program that reads the rows of a CSV file, from a file or from stdin, and writes what is predicted for each. It comes
 * after the model, which brings FEATURES, OUTPUTS, predict, and `sources`: the column of each feature, and the text that
 * counts as 1 in it, or NULL; or no columns, for rows without a header. */

#define LONGEST_LINE 65536
#define MOST_CELLS 4096

static char line[LONGEST_LINE];
static char *cells[MOST_CELLS];
static int places[FEATURES];

static int complain(long number, const char *problem, const char *what)
{
    fprintf(stderr, "line %ld: %s%s\n", number, problem, what);
    return 2;
}

/* Reads a line, one that quotes carry on too. Returns how many lines it was; 0 at the end, below 0 where it is too long. */
static long read_line(FILE *file)
{
    size_t length = 0;
    int c, is_quoted = 0;
    long lines = 0;
    while ((c = getc(file)) != EOF) {
        if (length + 2 > sizeof line)
            return -1;
        if (c == '\n')
            lines++;
        if (c == '\n' && !is_quoted)
            break;
        if (c == '"')
            is_quoted = !is_quoted;
        if (c != '\0')
            line[length++] = (char)c;
    }
    line[length] = '\0';
    return c == EOF && length > 0 ? lines + 1 : lines;
}

/* The sign between the cells: the tab, semicolon or comma that the line has most of, outside of quotes. */
static char separator_of(const char *text)
{
    const char signs[] = {',', ';', '\t'};
    int counts[] = {0, 0, 0}, is_quoted = 0, most = 0;
    for (; *text; text++) {
        if (*text == '"')
            is_quoted = !is_quoted;
        for (int i = 0; i < 3; i++)
            if (*text == signs[i] && !is_quoted)
                counts[i]++;
    }
    for (int i = 1; i < 3; i++)
        if (counts[i] > counts[most])
            most = i;
    return signs[most];
}

/* Cuts the line into cells, in its own memory: without the quotes, and without blanks around them. Returns how many. */
static int cut(char separator)
{
    int n = 0;
    char *from = line, *to = line, *begin;
    for (;;) {
        int is_quoted = 0;
        while (*from == ' ' || (*from == '\t' && separator != '\t'))
            from++;
        begin = to;
        for (; *from && (is_quoted || *from != separator); from++) {
            if (*from != '"')
                *to++ = *from;
            else if (is_quoted && from[1] == '"')
                *to++ = *from++;
            else
                is_quoted = !is_quoted;
        }
        while (to > begin && (to[-1] == ' ' || to[-1] == '\r' || to[-1] == '\t'))
            to--;
        const int is_last = *from == '\0';
        from += !is_last;
        *to++ = '\0';
        if (n < MOST_CELLS)
            cells[n] = begin;
        n++;
        if (is_last)
            return n;
    }
}

static int number_in(char *cell, real *number)
{
    char *end, *comma = DECIMAL_COMMA ? strchr(cell, ',') : NULL;
    double x;
    if (comma)
        *comma = '.';
    x = strtod(cell, &end);
    *number = (real)x;
    return end != cell && *end == '\0' && x - x == 0.0; /* no infinity, and no NaN */
}

static int is_known_text(const char *column, const char *cell)
{
    for (int i = 0; i < FEATURES; i++)
        if (sources[i].text && !strcmp(sources[i].column, column) && !strcmp(sources[i].text, cell))
            return 1;
    return 0;
}

static void print_text(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"')
            putchar('"');
        putchar(*text);
    }
    putchar('"');
}

static int find_columns(int n)
{
    for (int i = 0; i < FEATURES; i++) {
        places[i] = -1;
        for (int j = 0; j < n; j++)
            if (!strcmp(cells[j], sources[i].column)) {
                if (places[i] >= 0)
                    return complain(1, "two columns have the name ", sources[i].column);
                places[i] = j;
            }
        if (places[i] < 0)
            return complain(1, "there is no column ", sources[i].column);
    }
    return 0;
}

static void print_header(void)
{
#ifdef CLASSES
    print_text("predicted_" TARGET);
    for (int i = 0; i < CLASSES; i++) {
        putchar(',');
        static char name[LONGEST_LINE];
        snprintf(name, sizeof name, "probability_%s", CLASS_NAMES[i]);
        print_text(name);
    }
#else
    for (int i = 0; i < OUTPUTS; i++) {
        if (i)
            putchar(',');
        print_text("predicted_" TARGET);
    }
#endif
    putchar('\n');
}

static void print_prediction(const real outputs[OUTPUTS])
{
#ifdef CLASSES
    real shares[CLASSES];
    int largest = 0;
    probabilities(outputs, shares);
    for (int i = 1; i < CLASSES; i++)
        if (shares[i] > shares[largest])
            largest = i;
    print_text(CLASS_NAMES[largest]);
    for (int i = 0; i < CLASSES; i++)
        printf(",%.*g", DIGITS, (double)shares[i]);
#else
    for (int i = 0; i < OUTPUTS; i++)
        printf("%s%.*g", i ? "," : "", DIGITS, (double)outputs[i]);
#endif
    putchar('\n');
}

int main(int argc, char **argv)
{
    static real row[FEATURES], outputs[OUTPUTS];
    FILE *file = argc > 1 ? fopen(argv[1], "r") : stdin;
    long number = 1, lines;
    int columns = FEATURES, has_header = sources[0].column != NULL;
    char separator = '\0';
    if (!file)
        return complain(0, "this file cannot be read: ", argv[1]);
    for (; (lines = read_line(file)) != 0; number += lines) {
        int n;
        if (lines < 0)
            return complain(number, "it is too long", "");
        if (!separator)
            separator = separator_of(line);
        n = cut(separator);
        if (n == 1 && !*cells[0])
            continue;
        if (number == 1 && has_header) {
            const size_t mark = strncmp(cells[0], "\xEF\xBB\xBF", 3) ? 0 : 3; /* of UTF-8 */
            cells[0] += mark;
            if (n > MOST_CELLS)
                return complain(number, "there are too many columns", "");
            if (find_columns(n))
                return 2;
            print_header();
            columns = n;
            continue;
        }
        if (n != columns)
            return complain(number, "the number of cells is another than that of the columns", "");
        for (int i = 0; i < FEATURES; i++) {
            char *cell = cells[has_header ? places[i] : i];
            if (sources[i].text) {
                if (!is_known_text(sources[i].column, cell))
                    return complain(number, "the model does not know the text ", cell);
                row[i] = strcmp(cell, sources[i].text) ? 0.0 : 1.0;
            } else if (!number_in(cell, &row[i]))
                return complain(number, "this is no number: ", cell);
        }
        predict(row, outputs);
        for (int i = 0; i < OUTPUTS; i++)
            if (outputs[i] != outputs[i])
                return complain(number, "there is no prediction for this row", "");
        print_prediction(outputs);
    }
    return fflush(stdout) || ferror(stdout) || ferror(file) ? complain(number, "it cannot be read or written", "") : 0;
}
