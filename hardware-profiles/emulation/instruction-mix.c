/*
 * A QEMU plugin that counts executed AArch64 instructions by kind, between two marks, on the thread
 * that set the marks.
 *
 * Mark: an lseek whose offset is MARK_BASE + 2 * label begins a count, MARK_BASE + 2 * label + 1 ends
 * it. The offset travels in a register, so no guest memory is read, and the compilers and collectors
 * of a virtual machine, which run on threads of their own, are never counted.
 *
 *   gcc -O2 -shared -fPIC -o instruction-mix.so instruction-mix.c
 *   qemu-aarch64 -plugin ./instruction-mix.so,out=counts.csv ...
 *
 * One line of counts.csv per count: the label, then one number per kind in the order of `names`.
 *
 * The declarations below state the interface of QEMU plugins, version 1 (QEMU 4.2 to 8.2), as its
 * documentation describes it ("QEMU TCG Plugins"); Debian does not package the header qemu-plugin.h.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info;
typedef void (*translate_cb)(plugin_id id, struct qemu_plugin_tb *block);
typedef void (*execute_cb)(unsigned int cpu, void *data);
typedef void (*syscall_cb)(plugin_id id, unsigned int cpu, int64_t number, uint64_t a1, uint64_t a2,
                           uint64_t a3, uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7,
                           uint64_t a8);
extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, translate_cb cb);
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, execute_cb cb,
                                                 int flags, void *data);
extern void qemu_plugin_register_vcpu_syscall_cb(plugin_id id, syscall_cb cb);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block,
                                                        size_t index);
extern const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *instruction);

#define EXPORTED __attribute__((visibility("default")))
EXPORTED int qemu_plugin_version = 1;

enum { NO_REGISTERS = 0, LSEEK = 62 };
#define MARK_BASE (UINT64_C(1) << 40)
#define MARK_LIMIT (MARK_BASE + 2 * 1000000)
#define MOST_THREADS 4096

enum kind {
  ALL,
  DOT,           /* SDOT, UDOT, USDOT, SUDOT: 16 products of bytes */
  MATRIX,        /* SMMLA, UMMLA, USMMLA: 32 products of bytes */
  FMLA,          /* FMLA, FMUL on vectors of floats: 4 products (counted with 2 lanes too) */
  FMLA_HALF,     /* the same on vectors of half floats: 8 products */
  WIDENING,      /* SMLAL, UMLAL, SMULL, UMULL and their second halves, by vector and by element */
  VECTOR_LOAD,
  VECTOR_STORE,
  SCALAR_LOAD,
  SCALAR_STORE,
  VECTOR_OTHER,
  KINDS
};

struct mix {
  uint32_t count[KINDS];
};

struct thread {
  bool counting;
  uint64_t count[KINDS];
};

static struct thread threads[MOST_THREADS];
static FILE *out;

static bool matches(uint32_t word, uint32_t mask, uint32_t bits) { return (word & mask) == bits; }

/* Encodings: Arm Architecture Reference Manual for A-profile, C4.1 "A64 instruction set encoding". */
static bool is_dot(uint32_t w) {
  return matches(w, 0x9F20FC00, 0x0E009400)     /* SDOT, UDOT (vector) */
         || matches(w, 0xBF20FC00, 0x0E009C00)  /* USDOT (vector) */
         || matches(w, 0x9F00F400, 0x0F00E000)  /* SDOT, UDOT (by element) */
         || matches(w, 0xBF40F400, 0x0F00F000); /* USDOT, SUDOT (by element) */
}

static bool is_matrix(uint32_t w) {
  return matches(w, 0xDFE0FC00, 0x4E80A400) || matches(w, 0xFFE0FC00, 0x4E80AC00);
}

static bool is_fmla(uint32_t w) {
  return matches(w, 0xBFA0FC00, 0x0E20CC00)     /* FMLA (vector), single or double */
         || matches(w, 0xBFA0FC00, 0x0EA0CC00)  /* FMLS */
         || matches(w, 0x9F80B400, 0x0F801000); /* FMLA, FMLS (by element) */
}

static bool is_fmla_half(uint32_t w) {
  return matches(w, 0xBF60FC00, 0x0E400C00) || matches(w, 0x9FC0B400, 0x0F001000);
}

static bool is_widening(uint32_t w) {
  return matches(w, 0x9F20DC00, 0x0E208000)     /* SMLAL, SMLSL, UMLAL, UMLSL: bits 15-14 of 10x0 */
         || matches(w, 0x9F20FC00, 0x0E20C000)  /* SMULL, UMULL */
         || matches(w, 0x9F00B400, 0x0F002000)  /* SMLAL, SMLSL (by element) */
         || matches(w, 0x9F00F400, 0x0F00A000); /* SMULL, UMULL (by element) */
}

static enum kind memory_kind(uint32_t w) {
  bool vector = w & (UINT32_C(1) << 26);
  bool load;
  if (matches(w, 0x3B000000, 0x18000000)) {
    load = true; /* literal: always a load */
  } else if (matches(w, 0x3A000000, 0x38000000) && !vector) {
    load = (w >> 22 & 3) != 0; /* register forms: opc 00 stores, 01, 10, 11 load */
  } else {
    load = w & (UINT32_C(1) << 22);
  }
  return vector ? (load ? VECTOR_LOAD : VECTOR_STORE) : (load ? SCALAR_LOAD : SCALAR_STORE);
}

static enum kind kind_of(uint32_t w) {
  if (matches(w, 0x0A000000, 0x08000000)) {
    return memory_kind(w);
  }
  if (!matches(w, 0x0E000000, 0x0E000000)) {
    return ALL;
  }
  if (is_dot(w)) {
    return DOT;
  }
  if (is_matrix(w)) {
    return MATRIX;
  }
  if (is_fmla(w)) {
    return FMLA;
  }
  if (is_fmla_half(w)) {
    return FMLA_HALF;
  }
  return is_widening(w) ? WIDENING : VECTOR_OTHER;
}

static void executed(unsigned int cpu, void *data) {
  if (cpu >= MOST_THREADS || !threads[cpu].counting) {
    return;
  }
  const struct mix *mix = data;
  for (int kind = 0; kind < KINDS; kind++) {
    threads[cpu].count[kind] += mix->count[kind];
  }
}

/* The mix of a block lives as long as the process: QEMU never says when a block is gone. */
static void translated(plugin_id id, struct qemu_plugin_tb *block) {
  (void)id;
  struct mix *mix = calloc(1, sizeof *mix);
  if (!mix) {
    abort();
  }
  size_t length = qemu_plugin_tb_n_insns(block);
  for (size_t i = 0; i < length; i++) {
    uint32_t word;
    memcpy(&word, qemu_plugin_insn_data(qemu_plugin_tb_get_insn(block, i)), sizeof word);
    enum kind kind = kind_of(word);
    mix->count[ALL]++;
    if (kind != ALL) {
      mix->count[kind]++;
    }
  }
  qemu_plugin_register_vcpu_tb_exec_cb(block, executed, NO_REGISTERS, mix);
}

static void called(plugin_id id, unsigned int cpu, int64_t number, uint64_t a1, uint64_t offset,
                   uint64_t a3, uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8) {
  (void)id, (void)a1, (void)a3, (void)a4, (void)a5, (void)a6, (void)a7, (void)a8;
  if (number != LSEEK || offset < MARK_BASE || offset >= MARK_LIMIT || cpu >= MOST_THREADS) {
    return;
  }
  struct thread *thread = &threads[cpu];
  if (((offset - MARK_BASE) & 1) == 0) {
    memset(thread->count, 0, sizeof thread->count);
    thread->counting = true;
    return;
  }
  thread->counting = false;
  fprintf(out, "%llu", (unsigned long long)((offset - MARK_BASE) / 2));
  for (int kind = 0; kind < KINDS; kind++) {
    fprintf(out, ",%llu", (unsigned long long)thread->count[kind]);
  }
  fputc('\n', out);
  fflush(out);
}

EXPORTED int qemu_plugin_install(plugin_id id, const struct qemu_info *info, int argc, char **argv) {
  (void)info;
  for (int i = 0; i < argc; i++) {
    if (strncmp(argv[i], "out=", 4) == 0) {
      out = fopen(argv[i] + 4, "w");
    }
  }
  if (!out) {
    fputs("instruction-mix: say where to write with out=FILE\n", stderr);
    return 1;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_vcpu_syscall_cb(id, called);
  return 0;
}
