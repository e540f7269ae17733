"""`python -m studio.cli`."""

from studio.cli.app import main

if __name__ == "__main__":
    main()
