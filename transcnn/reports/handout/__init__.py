"""The course on paper: a chapter about one image as one HTML file that needs nothing else.

html.py       the sheets, from handout.html; their figures are those of transcnn/course/figures
drawing.py    figures as HTML, for print in black and white
equations.py  LaTeX as MathML, which browsers set by themselves
"""
