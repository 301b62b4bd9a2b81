package dev.mixtune.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows of cells as plain text: names to the left of their column, figures to the right. */
final class TextTable {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();
  private final List<Integer> names;

  /**
   * @param names columns that hold names
   */
  TextTable(Integer... names) {
    this.names = List.of(names);
  }

  /** Adds a row; all rows have the same number of cells. */
  void add(List<String> row) {
    if (!rows.isEmpty() && rows.get(0).size() != row.size()) {
      throw new IllegalArgumentException(row + " has not the columns of " + rows.get(0));
    }
    rows.add(List.copyOf(row));
  }

  /** As above. */
  void add(String... row) {
    add(List.of(row));
  }

  /** The table, a line for each row, with a final line end. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        String cell = row.get(column);
        String gap = " ".repeat(width(column) - cell.length());
        line.append(names.contains(column) ? cell + gap : gap + cell).append(GAP);
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }
}
