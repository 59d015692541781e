"""Figures as plain data and plain pictures, without a drawing library.

scale.py, cells.py, figure.py
             colour scales, cell maps, and what else a figure can be: values that pages show too
drawing.py   a cell map, and any drawing, in SVG and in PNG
sheet.py     several of them with titles and colour bars; the other modules fill sheets and tables
             (detections.py draws on the image itself)
"""
