// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/filekind.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>

namespace orrery::ui {
namespace {

QString inWords(const char *text)
{
    return QCoreApplication::translate("orrery::ui::FileKind", text);
}

} // namespace

Result<FileKind> fileKindOf(const QString &path)
{
    const auto refuse = [&](ErrorCode code, const QString &why) {
        return fail(code, QStringLiteral("%1 %2").arg(path, why).toStdString());
    };
    const QFileInfo info(path);
    if (path.isEmpty() || !info.exists())
        return refuse(ErrorCode::NotFound, inWords("cannot be opened: there is no such file."));
    if (info.isDir())
        return refuse(ErrorCode::InvalidArgument,
                      inWords("is a folder; a team file or a journal was expected."));
    if (!info.isFile()) // opening a pipe would wait for somebody to write into it
        return refuse(ErrorCode::InvalidArgument,
                      inWords("is no ordinary file; a team file or a journal was expected."));
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return refuse(ErrorCode::Io, inWords("cannot be read: %1.").arg(file.errorString()));
    const QByteArray head = file.read(512);
    if (head.startsWith("SQLite format 3"))
        return FileKind::Journal;
    QByteArray text = head.trimmed();
    if (text.startsWith("\xEF\xBB\xBF"))
        text = text.mid(3).trimmed();
    if (text.startsWith('{'))
        return FileKind::Team;
    if (head.isEmpty())
        return refuse(ErrorCode::InvalidArgument,
                      inWords("is empty; a team file or a journal was expected."));
    return refuse(ErrorCode::InvalidArgument, inWords("is neither a team file nor a journal."));
}

} // namespace orrery::ui
