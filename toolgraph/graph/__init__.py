"""Tools as a graph: fields are embedded, similar ones make typed edges, and strategies sample tools along them."""
