// SPDX-License-Identifier: GPL-3.0-or-later
// Streams of all providers as an agent reads them: form, options, size of the pieces, bytes.
#include "tests/fuzz/streams.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    orrery::fuzz::checkStream({data, size});
    return 0;
}
