// Cells of a grid, counted row by row from 0, and positions [row, column].

/** @import { Position } from "./types.d.ts" */

/**
 * 0, 1, ... n - 1
 * @param {number} n
 */
export function range(n) {
  return [...Array(n).keys()];
}

/**
 * The position of a cell.
 * @param {number} cell
 * @param {number} columns
 * @returns {Position}
 */
export function positionOf(cell, columns) {
  return [Math.floor(cell / columns), cell % columns];
}

/**
 * The cell at a position.
 * @param {Position} position
 * @param {number} columns
 */
export function cellOf([row, column], columns) {
  return row * columns + column;
}

/**
 * A position whose row (axis 0) and column (axis 1) are changed alike.
 * @param {Position} position
 * @param {(value: number, axis: 0 | 1) => number} change
 * @returns {Position}
 */
export function both([row, column], change) {
  return [change(row, 0), change(column, 1)];
}

/**
 * The cell that holds a position counted in cells, or the nearest one of the grid.
 * @param {Position} position
 * @param {number} rows
 * @param {number} [columns] as many as rows if nothing is said
 * @returns {Position}
 */
export function nearestCell(position, rows, columns = rows) {
  return both(position, (value, axis) =>
    Math.max(0, Math.min((axis ? columns : rows) - 1, Math.floor(value))),
  );
}

/**
 * "row, column", from 1.
 * @param {number} cell
 * @param {number} columns
 */
export function cellName(cell, columns) {
  return both(positionOf(cell, columns), (value) => value + 1).join(", ");
}
