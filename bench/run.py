"""`linnet serve` with `bench.app` in place of Linnet's own app: the same parent, the same Granian."""

from linnet.commands import serve
from linnet.kernel.settings import load


def main() -> None:
    settings = load()
    lock = serve.hold(settings)
    try:
        serve.serve(settings, "bench.app:serve")
    finally:
        lock.close()


if __name__ == "__main__":
    main()
