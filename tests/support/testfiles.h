// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QTest>

namespace orrery::testing {

inline void write(const QString &file, const QByteArray &content)
{
    QFile out(file);
    QVERIFY(out.open(QFile::WriteOnly));
    out.write(content);
}

inline QByteArray contentOf(const QString &file)
{
    QFile in(file);
    return in.open(QFile::ReadOnly) ? in.readAll() : QByteArray();
}

} // namespace orrery::testing
