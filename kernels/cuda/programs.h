// The programs of fused kernels that are compiled: those of this project's networks, training and
// drawing, in FP32 and BF16, wherever a kernel has more than 4096 points; up to there a kernel
// costs its launch, not its work. The interpreter takes any other program, and tells its line here
// when the logger chladni.cuda is at DEBUG.
//
// number, loads, (registers that are stored), {operation, registers it reads}...; an instruction
// writes the register behind the loads and the instructions before it.

// Copies: other orders, formats, parts of a concat.
CHL_FUSED(08395307b4f1348c, 1, (0), )
CHL_FUSED(e1f9f51870fa14f1, 2, (0, 1), )
CHL_FUSED(ea9ca31875dc4b97, 1, (0, 0), )
CHL_FUSED(66c58025ce7a1eb9, 1, (0, 0, 0, 0), )

// Activations, biases, their gradients.
CHL_FUSED(f1a1ff93e929a2eb, 1, (1), {CHL_EXP, 0})
CHL_FUSED(ef4bbee5b35df2a7, 1, (1), {CHL_SCALE, 0})
CHL_FUSED(29c551e06956239e, 2, (2), {CHL_ADD, 0, 1})
CHL_FUSED(89d4a591c8e29f8f, 1, (1), {CHL_LEAKY_RELU, 0})
CHL_FUSED(16f4e3b859151c97, 1, (1, 1), {CHL_LEAKY_RELU, 0})
CHL_FUSED(16f849b85917ffc0, 1, (0, 1), {CHL_LEAKY_RELU, 0})
CHL_FUSED(28b18c4b5225ef4f, 2, (3), {CHL_ADD, 0, 1}, {CHL_TANH, 2})
CHL_FUSED(b08fb17bd00ceea8, 3, (4), {CHL_MUL, 0, 1}, {CHL_ADD, 3, 2})
CHL_FUSED(095989c8a2ed607c, 2, (3), {CHL_LEAKY_STEP, 1}, {CHL_MUL, 0, 2})
CHL_FUSED(5dc359a37d2f491f, 2, (3), {CHL_ADD, 0, 1}, {CHL_LEAKY_RELU, 2})
CHL_FUSED(d08597ecd95aebe8, 2, (3, 3), {CHL_LEAKY_STEP, 1}, {CHL_MUL, 0, 2})
CHL_FUSED(eb84940b90d20dac, 2, (2, 3), {CHL_LEAKY_RELU, 0}, {CHL_LEAKY_RELU, 1})

// Batch norm, losses and their gradients with the activations around them.
CHL_FUSED(3bb9e1448f4d60ea, 4, (6), {CHL_ADD, 0, 1}, {CHL_MUL, 4, 2}, {CHL_ADD, 5, 3})
CHL_FUSED(6200eb387e7ae35c, 4, (6), {CHL_SUB, 0, 1}, {CHL_MUL, 4, 2}, {CHL_ADD, 5, 3})
CHL_FUSED(6465a541377fb14f, 3, (5), {CHL_MUL, 0, 1}, {CHL_ADD, 3, 2}, {CHL_LEAKY_RELU, 4})
CHL_FUSED(46887f40757318d6, 2, (4), {CHL_LEAKY_RELU, 1}, {CHL_LEAKY_STEP, 2}, {CHL_MUL, 0, 3})
CHL_FUSED(b91719691d6e3431, 4, (7), {CHL_SUB, 0, 1}, {CHL_MUL, 4, 2}, {CHL_ADD, 5, 3},
          {CHL_LEAKY_RELU, 6})
CHL_FUSED(f074669d0242bcdb, 4, (7, 7), {CHL_SUB, 0, 1}, {CHL_MUL, 4, 2}, {CHL_ADD, 5, 3},
          {CHL_LEAKY_RELU, 6})
CHL_FUSED(9084e3f454ad5119, 2, (2, 5), {CHL_LEAKY_RELU, 0}, {CHL_ADD, 0, 1}, {CHL_SCALE, 3},
          {CHL_LEAKY_RELU, 4})
CHL_FUSED(3dd19501eef85410, 5, (5, 9), {CHL_LEAKY_RELU, 0}, {CHL_SUB, 1, 2}, {CHL_MUL, 6, 3},
          {CHL_ADD, 7, 4}, {CHL_LEAKY_RELU, 8})
CHL_FUSED(5efaecd733036d05, 4, (7, 8), {CHL_SUB, 0, 1}, {CHL_MUL, 4, 2}, {CHL_ADD, 5, 3},
          {CHL_LEAKY_RELU, 6}, {CHL_LEAKY_RELU, 7})
CHL_FUSED(67ca19abaecf6ba1, 4, (7, 7, 8), {CHL_SUB, 0, 1}, {CHL_MUL, 4, 2}, {CHL_ADD, 5, 3},
          {CHL_LEAKY_RELU, 6}, {CHL_LEAKY_RELU, 7})
CHL_FUSED(5ac5bf05fdc3fe4c, 7, (12), {CHL_SUB, 1, 2}, {CHL_SUB, 3, 4}, {CHL_MUL, 8, 5},
          {CHL_MUL, 9, 6}, {CHL_SUB, 7, 10}, {CHL_MUL, 0, 11})
CHL_FUSED(2d27e89c907f2615, 3, (8), {CHL_LEAKY_RELU, 1}, {CHL_LEAKY_STEP, 3}, {CHL_MUL, 0, 4},
          {CHL_ADD, 5, 2}, {CHL_LEAKY_STEP, 1}, {CHL_MUL, 6, 7})
CHL_FUSED(8e07b0dff05143d9, 3, (10), {CHL_SUB, 0, 1}, {CHL_SIGN, 3}, {CHL_SCALE, 4},
          {CHL_ADD, 5, 2}, {CHL_MUL, 0, 0}, {CHL_NEG, 7}, {CHL_SHIFT, 8}, {CHL_MUL, 6, 9})
CHL_FUSED(a8555e855a163dd6, 3, (10, 10), {CHL_SUB, 0, 1}, {CHL_SIGN, 3}, {CHL_SCALE, 4},
          {CHL_ADD, 5, 2}, {CHL_MUL, 0, 0}, {CHL_NEG, 7}, {CHL_SHIFT, 8}, {CHL_MUL, 6, 9})
CHL_FUSED(1de2584c18bef990, 8, (15), {CHL_LEAKY_STEP, 2}, {CHL_MUL, 1, 8}, {CHL_SUB, 9, 3},
          {CHL_SUB, 4, 5}, {CHL_MUL, 11, 6}, {CHL_MUL, 12, 7}, {CHL_SUB, 10, 13}, {CHL_MUL, 0, 14})
CHL_FUSED(61e0c230a07afaa1, 8, (18), {CHL_SUB, 2, 3}, {CHL_MUL, 8, 0}, {CHL_ADD, 9, 4},
          {CHL_LEAKY_RELU, 10}, {CHL_LEAKY_STEP, 11}, {CHL_MUL, 1, 12}, {CHL_SUB, 13, 5},
          {CHL_MUL, 8, 6}, {CHL_MUL, 15, 7}, {CHL_SUB, 14, 16}, {CHL_MUL, 0, 17})
CHL_FUSED(7e5df988ac91bfce, 4, (4, 19), {CHL_LEAKY_RELU, 0}, {CHL_LEAKY_STEP, 2}, {CHL_MUL, 1, 5},
          {CHL_ADD, 3, 0}, {CHL_SCALE, 7}, {CHL_SUB, 0, 8}, {CHL_SIGN, 9}, {CHL_SCALE, 10},
          {CHL_NEG, 11}, {CHL_ADD, 6, 12}, {CHL_SUB, 3, 8}, {CHL_SIGN, 14}, {CHL_SCALE, 15},
          {CHL_NEG, 16}, {CHL_ADD, 13, 17}, {CHL_SCALE, 18})
CHL_FUSED(fac2a675c7484857, 11, (32), {CHL_LEAKY_STEP, 1}, {CHL_MUL, 0, 11}, {CHL_SCALE, 2},
          {CHL_MUL, 3, 4}, {CHL_SUB, 13, 14}, {CHL_MUL, 15, 11}, {CHL_ADD, 12, 16}, {CHL_SCALE, 5},
          {CHL_MUL, 6, 7}, {CHL_SUB, 18, 19}, {CHL_ADD, 17, 20}, {CHL_ADD, 8, 9}, {CHL_SCALE, 22},
          {CHL_SUB, 8, 23}, {CHL_SIGN, 24}, {CHL_SCALE, 25}, {CHL_ADD, 21, 26}, {CHL_SUB, 8, 9},
          {CHL_SIGN, 28}, {CHL_SCALE, 29}, {CHL_ADD, 27, 30}, {CHL_ADD, 31, 10})
CHL_FUSED(e3e999b788ca6ab6, 11, (11, 12, 35), {CHL_EXP, 0}, {CHL_EXP, 1}, {CHL_LEAKY_STEP, 3},
          {CHL_MUL, 2, 13}, {CHL_SCALE, 4}, {CHL_MUL, 12, 5}, {CHL_SUB, 15, 16}, {CHL_MUL, 17, 13},
          {CHL_ADD, 14, 18}, {CHL_SCALE, 6}, {CHL_MUL, 11, 7}, {CHL_SUB, 20, 21}, {CHL_ADD, 19, 22},
          {CHL_ADD, 9, 8}, {CHL_SCALE, 24}, {CHL_SUB, 8, 25}, {CHL_SIGN, 26}, {CHL_SCALE, 27},
          {CHL_ADD, 23, 28}, {CHL_SUB, 9, 8}, {CHL_SIGN, 30}, {CHL_SCALE, 31}, {CHL_NEG, 32},
          {CHL_ADD, 29, 33}, {CHL_ADD, 34, 10})

// Adam, with the decay and the bfloat16 that some have.
CHL_FUSED(87881a542cbb5a86, 7, (10, 15, 22), {CHL_SCALE, 1}, {CHL_SCALE, 2}, {CHL_ADD, 7, 8},
          {CHL_WHERE, 0, 9, 1}, {CHL_SCALE, 3}, {CHL_MUL, 2, 2}, {CHL_SCALE, 12}, {CHL_ADD, 11, 13},
          {CHL_WHERE, 0, 14, 3}, {CHL_SQRT, 14}, {CHL_MUL, 16, 6}, {CHL_SHIFT, 17},
          {CHL_DIV, 9, 18}, {CHL_MUL, 5, 19}, {CHL_SUB, 4, 20}, {CHL_WHERE, 0, 21, 4})
CHL_FUSED(079f4e08025ae463, 7, (10, 15, 22, 22), {CHL_SCALE, 1}, {CHL_SCALE, 2}, {CHL_ADD, 7, 8},
          {CHL_WHERE, 0, 9, 1}, {CHL_SCALE, 3}, {CHL_MUL, 2, 2}, {CHL_SCALE, 12}, {CHL_ADD, 11, 13},
          {CHL_WHERE, 0, 14, 3}, {CHL_SQRT, 14}, {CHL_MUL, 16, 6}, {CHL_SHIFT, 17},
          {CHL_DIV, 9, 18}, {CHL_MUL, 5, 19}, {CHL_SUB, 4, 20}, {CHL_WHERE, 0, 21, 4})
CHL_FUSED(a276b60c591eea8c, 9, (14, 19, 26), {CHL_SCALE, 1}, {CHL_ADD, 2, 3}, {CHL_ADD, 10, 4},
          {CHL_SCALE, 11}, {CHL_ADD, 9, 12}, {CHL_WHERE, 0, 13, 1}, {CHL_SCALE, 5},
          {CHL_MUL, 11, 11}, {CHL_SCALE, 16}, {CHL_ADD, 15, 17}, {CHL_WHERE, 0, 18, 5},
          {CHL_SQRT, 18}, {CHL_MUL, 20, 8}, {CHL_SHIFT, 21}, {CHL_DIV, 13, 22}, {CHL_MUL, 7, 23},
          {CHL_SUB, 6, 24}, {CHL_WHERE, 0, 25, 6})

// Statistics, gradients of scales and shifts, losses.
CHL_REDUCE(08395307b4f1348c, 1, (0), )
CHL_REDUCE(e41bb0cdda8130ed, 2, (3), {CHL_SUB, 0, 1}, {CHL_ABS, 2})
CHL_REDUCE(e42f733cb4bbf2f5, 2, (3), {CHL_SUB, 0, 1}, {CHL_MUL, 2, 2})
CHL_REDUCE(abcf460b74d997a0, 2, (2, 3), {CHL_MUL, 0, 1}, {CHL_SCALE, 0})
CHL_REDUCE(b80b28d3b098ac3f, 4, (0, 6), {CHL_SUB, 1, 2}, {CHL_MUL, 4, 3}, {CHL_MUL, 0, 5})
CHL_REDUCE(3913bf25c415f6eb, 5, (6, 9), {CHL_LEAKY_STEP, 1}, {CHL_MUL, 0, 5}, {CHL_SUB, 2, 3},
           {CHL_MUL, 7, 4}, {CHL_MUL, 6, 8})
CHL_REDUCE(cb9ccc25d0829f99, 2, (3, 7, 9), {CHL_SUB, 0, 1}, {CHL_ABS, 2}, {CHL_ADD, 0, 1},
           {CHL_SCALE, 4}, {CHL_SUB, 0, 5}, {CHL_ABS, 6}, {CHL_SUB, 1, 5}, {CHL_ABS, 8})
CHL_REDUCE(6cdff6d289f39d03, 6, (11, 13), {CHL_SUB, 1, 2}, {CHL_MUL, 6, 3}, {CHL_ADD, 7, 4},
           {CHL_LEAKY_RELU, 8}, {CHL_LEAKY_STEP, 9}, {CHL_MUL, 0, 10}, {CHL_MUL, 6, 5},
           {CHL_MUL, 11, 12})
