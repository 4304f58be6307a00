package dev.foresight.spark.corpus;

/** Why a document is refused; where it stands is said by who knows. */
final class DocumentException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int line;

  /**
   * @param line within the document, from 1
   */
  DocumentException(String message, int line) {
    super(message);
    this.line = line;
  }

  int line() {
    return line;
  }
}
