"""One module for each group of rows; `bench/__init__.py` says what stands in one."""
