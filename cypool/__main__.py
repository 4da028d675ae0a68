"""`python -m cypool` is the command `cypool`."""

from cypool.cli import main

if __name__ == "__main__":
    main()
