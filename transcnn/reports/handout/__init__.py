"""The course on paper: a chapter about one picture as one HTML file that needs nothing else.

drawing.py    boards, bars and tables of numbers, without a drawing library
equations.py  LaTeX as MathML, which browsers set by themselves
asking.py, heads.py, going_up.py, price.py, other_half.py, controls.py, claims.py
              the figures of the steps, before and after the reveal, named as in transcnn/course
answers.py    what is right, in words
html.py       the sheets, from handout.html
"""
