// One table per variant: this file is compiled once for each.
#include "host/table.h"

#define CHL_TEXT2(x) #x
#define CHL_TEXT(x) CHL_TEXT2(x)

namespace CHLADNI_ISA {
const KernelTable kernels = {CHL_TEXT(CHLADNI_ISA), elementwise, reduction,  maxPool, maxPoolGrad,
                             maxPoolPick,           separable,   logSoftmax, dropout};
}
