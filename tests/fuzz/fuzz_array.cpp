// SPDX-License-Identifier: GPL-3.0-or-later
// A stream that is one JSON array: form, size of the pieces, bytes.
#include "tests/fuzz/streams.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    using namespace orrery;
    fuzz::checkStream<llm::JsonArrayFrames>({data, size}, llm::Framing::JsonArray);
    return 0;
}
