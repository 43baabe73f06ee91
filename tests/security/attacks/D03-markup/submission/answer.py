"""Prints and raises what a library takes for markup."""
TEXT = "[/] [bold red]PASSED[/bold red] [link=file:///etc/passwd]here[/link] [@click=app.quit]x[/] [[ [/nothing"


def double(*args, **kwargs):
    print(TEXT)
    raise ValueError(TEXT)


label = nest = double
