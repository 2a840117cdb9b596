"""Pictures of deliveries as a courier's server shows them: a door with the parcel before it."""

from __future__ import annotations

import re
from io import BytesIO
from random import Random

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

NUMBER = re.compile(r"[0-9A-Z]{4,40}")


def draw(number: str) -> bytes:
    """A PNG, always the same one for a number."""
    from PIL import Image, ImageDraw

    rng = Random(number)
    wall = tuple(rng.randrange(170, 235) for _ in range(3))
    door = tuple(rng.randrange(60, 150) for _ in range(3))
    image = Image.new("RGB", (480, 640), wall)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 540, 480, 640), fill=(150, 145, 140))
    pen.rectangle((130, 90, 350, 540), fill=door, outline=(50, 45, 40), width=6)
    pen.ellipse((318, 320, 334, 336), fill=(220, 200, 120))
    left, high = rng.randrange(60, 240), rng.randrange(90, 150)
    pen.rectangle((left, 590 - high, left + 170, 590), fill=(193, 154, 107), outline=(120, 90, 60))
    pen.rectangle((left + 75, 590 - high, left + 95, 590), fill=(215, 190, 150))
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


async def show(request: Request) -> Response:
    """The picture of a number's delivery; nothing for what is none."""
    number = request.path_params["number"]
    if not NUMBER.fullmatch(number):
        return Response(status_code=404)
    return Response(draw(number), media_type="image/png")


ROUTE = Route("/pictures/{number}.png", show)
