package dev.mixtune.evaluators;

/**
 * One text as a model reads it.
 *
 * @param ids token ids, special tokens included
 * @param types segment of each token
 */
@SuppressWarnings("ArrayRecordComponent") // never changed
record Tokens(int[] ids, int[] types) {

  int length() {
    return ids.length;
  }
}
