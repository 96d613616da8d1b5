// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/uploaddevice.h"

namespace orrery::llm {

UploadDevice::UploadDevice(std::shared_ptr<const EncodedRequest> body, QObject *parent)
    : QIODevice(parent), m_body(std::move(body)), m_reader(*m_body)
{
    open(QIODevice::ReadOnly | QIODevice::Unbuffered);
}

bool UploadDevice::seek(qint64 position)
{
    if (!QIODevice::seek(position))
        return false;
    m_reader.seek(std::size_t(position));
    return true;
}

qint64 UploadDevice::readData(char *to, qint64 most)
{
    const std::size_t count = m_reader.read(to, std::size_t(most));
    return count == 0 && most > 0 ? -1 : qint64(count);
}

} // namespace orrery::llm
