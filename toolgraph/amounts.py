"""Amounts of money and time in the words of a line."""


def money(dollars: float) -> str:
    """Return an amount with as many digits as say something.

    >>> money(12.3456), money(0.01234), money(0)
    ('$12.35', '$0.0123', '$0.00')
    """
    return f"${dollars:,.2f}" if dollars >= 1 or not dollars else f"${dollars:.4f}"


def duration(seconds: float) -> str:
    """Return a time span in words short enough for a line.

    >>> duration(42), duration(150), duration(600), duration(7300)
    ('42 s', '2 min 30 s', '10 min', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    return f"{whole // 3600} h" + (f" {minutes} min" if (minutes := whole % 3600 // 60) else "")
