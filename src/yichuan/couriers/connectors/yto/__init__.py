"""YTO Express 圆通: JSON signed in its body, one path for each interface; XML pushes in a form."""
