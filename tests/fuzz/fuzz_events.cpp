// SPDX-License-Identifier: GPL-3.0-or-later
// Server-sent events of all providers: form, size of the pieces, bytes.
#include "tests/fuzz/streams.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    using namespace orrery;
    fuzz::checkStream<llm::SseFrames>({data, size}, llm::Framing::ServerSentEvents);
    return 0;
}
