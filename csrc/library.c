/* Finds the functions of the C library that Python has loaded, when this module is loaded. In a program that is one file
 * and loads nothing, its own are the only ones. */
#define _GNU_SOURCE /* for RTLD_DEFAULT */
#include "library.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#if defined _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

pgn_function library_exp = exp, library_log = log, library_log1p = log1p, library_tanh = tanh;

static void find(const char *name, pgn_function *function)
{
#if defined _WIN32
    const HMODULE library = GetModuleHandleA("ucrtbase.dll"); /* Python's C library, from Windows 10 on */
    const FARPROC found = library ? GetProcAddress(library, name) : NULL;
#else
    void *const found = dlsym(RTLD_DEFAULT, name);
#endif
    if (found)
        memcpy(function, &found, sizeof found); /* C has no conversion of data's addresses to functions' */
}

__attribute__((constructor)) static void find_all(void)
{
    find("exp", &library_exp);
    find("log", &library_log);
    find("log1p", &library_log1p);
    find("tanh", &library_tanh);
}
