"""A training shared over MPI: the master trains, and the others compute its shards. It must end with the same bits.

    mpiexec -n 3 python -m mpi4py.futures tests/clusters/mpi.py

Needs mpi4py and an MPI, Debian's python3-mpi4py for example. Not a part of the gate, which has no MPI.
"""
import os
import sys
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(os.path.dirname(HERE)), os.path.dirname(HERE), HERE]


def main():
    from mpi4py.futures import MPIPoolExecutor

    import pygraphnn as pg
    from lessons import trained
    warnings.filterwarnings("error", message=".*computed here")         # none is lost
    for backend in ("python", "c")[:1 + (pg.available_backends()["c"] is None)]:
        with pg.use(backend), MPIPoolExecutor() as executor:
            same = repr(trained(executor)) == repr(trained())
            print("%s: %s" % (backend, "the same bits" if same else "OTHER BITS"))
            if not same:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
