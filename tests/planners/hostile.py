"""Tools that real catalogues hold and that nobody plans for, each under the name of what is odd about it."""

from typing import Any

TEXT = {"type": "string", "description": "Name of the city"}


def _tool(name: str, description: str = "", required: tuple[str, ...] = (), /, **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return {"name": name, "description": description, "parameters": schema}


HOSTILE: dict[str, list[dict[str, Any]]] = {
    "no parameters": [_tool("list_currencies", "List all currencies."), {"name": "ping"}],
    "no description": [_tool("do_it", "", ("x", "y"), x={"type": "integer"}, y={"type": "string"})],
    "200 optional parameters": [
        _tool("filter_products", "Filter products.", (), **{f"filter_{n}": {"type": "string"} for n in range(200)})
    ],
    "200 required parameters": [
        _tool(
            "file_report",
            "File a report.",
            tuple(f"answer_{n}" for n in range(200)),
            **{f"answer_{n}": {"type": ("string", "integer", "boolean")[n % 3]} for n in range(200)},
        )
    ],
    "Chinese": [
        _tool("查询天气", "查询指定城市的天气预报。", ("城市",), 城市={"type": "string", "description": "城市名称"}),
        _tool(
            "订酒店",
            "预订酒店房间",
            ("人数", "入住日期"),
            人数={"type": "integer"},
            入住日期={"type": "string", "format": "date"},
        ),
    ],
    "Arabic": [
        _tool(
            "بحث_الفنادق",
            "البحث عن الفنادق في مدينة معينة.",
            ("مدينة",),
            مدينة={"type": "string", "description": "اسم المدينة"},
        ),
        _tool("حجز", "احجز غرفة", ("غرفة",), غرفة={"type": "string", "enum": ["مفردة", "مزدوجة"]}),
    ],
    "parameters named like keywords": [
        _tool(
            "create_item",
            "Create an item.",
            ("type", "items", "default", "enum"),
            type={"type": "string", "description": "Kind of item"},
            items={"type": "array", "items": {"type": "string"}},
            default={"type": "boolean"},
            required={"type": "boolean"},
            enum={"type": "string", "enum": ["a", "b"]},
            properties={"type": "object", "properties": {"type": {"type": "string"}}, "required": ["type"]},
            format={"type": "string"},
            description={"type": "string"},
        )
    ],
    "cyclic reference": [
        {
            "name": "create_comment",
            "description": "Create a comment with replies.",
            "parameters": {
                "type": "object",
                "properties": {"comment": {"$ref": "#/$defs/comment"}},
                "required": ["comment"],
                "$defs": {
                    "comment": {
                        "type": "object",
                        "properties": {
                            "text": {"type": "string"},
                            "replies": {"type": "array", "items": {"$ref": "#/$defs/comment"}},
                        },
                        "required": ["text"],
                    }
                },
            },
        }
    ],
    "alternatives": [
        _tool(
            "find_user",
            "Find a user.",
            ("who", "when"),
            who={"anyOf": [{"type": "integer"}, {"type": "string"}], "description": "Id or name"},
            when={"oneOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
            where={
                "anyOf": [{"type": "object", "properties": {"city": TEXT}, "required": ["city"]}, {"type": "string"}]
            },
        ),
        _tool("pick_one", "Pick one.", ("value",), value={"type": ["string", "null", "number"]}),
    ],
    "lists of objects in lists": [
        _tool(
            "place_orders",
            "Place several orders.",
            ("orders",),
            orders={
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["lines", "customer"],
                    "properties": {
                        "customer": {"type": "string"},
                        "lines": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["sku", "quantity"],
                                "properties": {
                                    "sku": {"type": "string"},
                                    "quantity": {"type": "integer", "minimum": 1},
                                },
                            },
                        },
                    },
                },
            },
        ),
        _tool(
            "multiply_matrices",
            "Multiply two matrices.",
            ("a",),
            a={"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
        ),
        _tool(
            "sum_numbers",
            "Sum numbers.",
            ("numbers",),
            numbers={"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": True},
        ),
    ],
    "enum with null": [
        _tool("sort_rows", "Sort rows.", ("order",), order={"type": ["string", "null"], "enum": ["asc", "desc", None]})
    ],
    "enum of null alone": [_tool("sort_rows", "Sort rows.", ("order",), order={"enum": [None]})],
    "empty enum": [_tool("sort_rows", "Sort rows.", ("order",), order={"type": "string", "enum": []})],
    "enum of an empty text": [
        _tool("sort_rows", "Sort rows.", ("order",), order={"type": "string", "enum": ["", "x_y"]})
    ],
    "enum of mixed types": [_tool("sort_rows", "Sort rows.", ("order",), order={"enum": [1, "two", True, 3.5]})],
    "const": [_tool("call_api", "Call.", ("kind", "version"), kind={"const": "full"}, version={"const": 2})],
    "credentials": [
        _tool(
            "send_mail",
            "Send a mail.",
            ("api_key", "to"),
            api_key={"type": "string", "description": "API key"},
            to={"type": "string", "format": "email"},
        ),
        _tool(
            "log_in",
            "Log in.",
            ("username", "password"),
            username={"type": "string"},
            password={"type": "string", "minLength": 12, "maxLength": 14},
        ),
        _tool(
            "read_feed", "Read the feed.", ("access_token",), access_token={"type": "string", "pattern": "^[a-z]{8}$"}
        ),
    ],
    "a description of 10,000 characters": [
        _tool(
            "do_everything",
            "Does everything that anybody could want. " * 250,
            ("city",),
            city={"type": "string", "description": "City. " * 1700},
        )
    ],
    "BFCL's types": [
        {
            "name": "math.triangle_area",
            "description": "Calculate the area of a triangle.",
            "parameters": {
                "type": "dict",
                "properties": {
                    "base": {"type": "float", "description": "Base in meters"},
                    "corners": {"type": "tuple", "items": {"type": "integer"}},
                    "options": {
                        "type": "dict",
                        "properties": {"unit": {"type": "string", "enum": ["cm", "m"]}},
                        "required": ["unit"],
                    },
                    "anything": {"type": "any"},
                },
                "required": ["base", "corners", "options", "anything"],
            },
        }
    ],
    "no types": [_tool("guess", "Guess a number.", ("low", "high"), low={}, high={"description": "Upper bound"})],
    "narrow texts": [
        _tool(
            "set_code",
            "Set the code.",
            ("code", "short", "long", "plate"),
            code={"type": "string", "pattern": "^[A-Z]{3}-\\d{4}$"},
            short={"type": "string", "maxLength": 2},
            long={"type": "string", "minLength": 120},
            plate={"type": "string", "minLength": 7, "maxLength": 7},
        )
    ],
    "narrow numbers": [
        _tool(
            "set_level",
            "Set the level.",
            ("level", "share", "tiny", "step"),
            level={"type": "integer", "minimum": 3, "maximum": 3},
            share={"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            tiny={"type": "number", "maximum": 0.001, "minimum": 0},
            step={"type": "integer", "multipleOf": 7, "minimum": 100},
        )
    ],
    "flags only": [
        _tool("set_flags", "Set flags.", ("dark", "loud"), dark={"type": "boolean"}, loud={"type": "boolean"})
    ],
    "free objects": [_tool("save", "Save data.", ("data", "rows"), data={"type": "object"}, rows={"type": "array"})],
    "names with everything in them": [
        _tool(
            "api/v2:users.get-by_ID",
            "GET /v2/users/{id} -> 200 `User`",
            ("user-id", "x.y", "a/b~c"),
            **{
                "user-id": {"type": "integer"},
                "x.y": {"type": "string"},
                "a/b~c": {"type": "string"},
                "$filter": {"type": "string"},
            },
        )
    ],
    "template characters in texts": [
        _tool(
            "run_{x}",
            "Run {city} with $HOME and {{value}} and {0}.",
            ("city",),
            city={"type": "string", "description": "The {city} to $use, e.g. '{x}'"},
        )
    ],
    "results that are no objects": [
        {**_tool("count_words", "Count words.", ("text",), text={"type": "string"}), "returns": {"type": "integer"}},
        {**_tool("list_names", "List names."), "returns": {"type": "array", "items": {"type": "string"}}},
        {**_tool("is_open", "Check whether it is open."), "returns": {"type": "boolean"}},
        {**_tool("reset_all", "Reset everything."), "returns": {"type": "null"}},
    ],
    "results that are odd": [
        {
            **_tool("get_matrix", "Get the matrix."),
            "returns": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
        },
        {
            **_tool("get_tree", "Get the tree."),
            "returns": {
                "$ref": "#/$defs/n",
                "$defs": {
                    "n": {
                        "type": "object",
                        "properties": {
                            "id": {"type": "string"},
                            "left": {"$ref": "#/$defs/n"},
                            "children": {"type": "array", "items": {"$ref": "#/$defs/n"}},
                        },
                        "required": ["id"],
                    }
                },
            },
        },
        {
            **_tool("get_either", "Get either."),
            "returns": {
                "anyOf": [
                    {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]},
                    {"type": "array", "items": {"type": "integer"}},
                ]
            },
        },
        {
            **_tool("get_map", "Get the map."),
            "returns": {"type": "object", "additionalProperties": {"type": "integer"}},
        },
        {
            **_tool("get_none", "Get the rest."),
            "returns": {"type": "object", "properties": {"next": {"type": ["string", "null"]}}, "required": ["next"]},
        },
    ],
    "numbers for names": [
        _tool("get_page", "Get a page.", ("2",), **{"2": {"type": "number"}, "10": {"type": "string"}})
    ],
    "a star for a name": [_tool("get_all", "Get all.", ("*",), **{"*": {"type": "string"}})],
    "nothing for a name": [_tool("get_any", "Get any.", ("",), **{"": {"type": "string"}})],
    "tuples": [
        {
            **_tool(
                "draw_line",
                "Draw a line.",
                ("start",),
                start={"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}], "minItems": 2},
            ),
            "returns": {
                "type": "array",
                "items": {"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}]},
            },
        }
    ],
    "a reference to itself through an alternative": [
        {
            "name": "create_folder",
            "description": "Create a folder.",
            "parameters": {
                "type": "object",
                "properties": {"folder": {"$ref": "#/$defs/Folder"}},
                "required": ["folder"],
                "$defs": {
                    "Folder": {
                        "type": "object",
                        "required": ["name", "parent"],
                        "properties": {
                            "name": {"type": "string"},
                            "parent": {"anyOf": [{"$ref": "#/$defs/Folder"}, {"type": "null"}]},
                        },
                    }
                },
            },
        }
    ],
    "results that hold null": [
        {
            **_tool("get_record", "Get the record."),
            "returns": {
                "type": "object",
                "properties": {"gain": {"type": "null"}, "name": {"type": "string"}},
                "required": ["gain", "name"],
            },
        }
    ],
    "results that count otherwise": [
        {
            **_tool("get_names", "Get the names."),
            "returns": {
                "type": "object",
                "required": ["total_count", "items"],
                "properties": {
                    "total_count": {"type": "integer", "minimum": 10},
                    "items": {"type": "array", "items": {"type": "string"}},
                },
            },
        }
    ],
    "numbers told as texts": [
        _tool(
            "pay",
            "Pay an amount.",
            ("amount", "date"),
            amount={"type": "string", "pattern": r"^\d+\.\d{2}$"},
            date={"type": "string", "pattern": r"^\d{2}/\d{2}/\d{4}$"},
        ),
    ],
    "two tools that say the same": [
        _tool("get_city", "Get the city.", ("city",), city=TEXT),
        _tool("get_city_2", "Get the city.", ("city",), city=TEXT),
    ],
}
