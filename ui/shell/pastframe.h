// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace orrery::ui {

/// The amber frame round the window while an earlier moment is shown. Lets every click through.
class PastFrame : public QWidget
{
    Q_OBJECT
public:
    explicit PastFrame(QWidget *window);

protected:
    void paintEvent(QPaintEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;
};

} // namespace orrery::ui
