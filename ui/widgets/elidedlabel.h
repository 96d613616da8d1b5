// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/plainlabel.h"

namespace orrery::ui {

/// One line that gives way: what has no room is left out in the middle, and told by the tooltip.
class ElidedLabel : public PlainLabel
{
    Q_OBJECT
public:
    /// It gives way to `least` pixels, if its text is as long as that.
    explicit ElidedLabel(int least, QWidget *parent = nullptr);
    void setWhole(const QString &text);
    void setText(const QString &text) = delete; ///< is what of it has room
    QString whole() const { return m_whole; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    int around() const; ///< what a style sheet adds to the text on both sides
    void elide();
    int m_least;
    QString m_whole;
};

} // namespace orrery::ui
