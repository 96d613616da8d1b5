// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace orrery::ui {

/// The only kind of label in the window: what it says is never taken for markup, whoever wrote it.
class PlainLabel : public QLabel
{
    Q_OBJECT
public:
    explicit PlainLabel(QWidget *parent = nullptr) : PlainLabel(QString(), parent) {}
    explicit PlainLabel(const QString &text, QWidget *parent = nullptr) : QLabel(parent)
    {
        setTextFormat(Qt::PlainText);
        setText(text);
    }
};

/// The same for sentences: broken into lines, and may be copied.
class ProseLabel : public PlainLabel
{
    Q_OBJECT
public:
    explicit ProseLabel(QWidget *parent = nullptr) : PlainLabel(parent)
    {
        setWordWrap(true);
        setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
};

} // namespace orrery::ui
