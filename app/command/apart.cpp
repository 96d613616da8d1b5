// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command/apart.h"

#include <initializer_list>

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace orrery::command {
namespace {

/// Root's own ways around it: what is run from now on does not get them back.
void dropRights()
{
    for (const int right :
         {CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_SYS_RAWIO, CAP_SYS_MODULE, CAP_PERFMON, CAP_BPF})
        prctl(PR_CAPBSET_DROP, right, 0, 0, 0);
}

} // namespace

void standApart()
{
    // Before version 2, files could not be moved from folder to folder any more.
    if (syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) < 2)
        return;
    // A set of rules has to be about something: this one allows it everywhere.
    landlock_ruleset_attr rules{};
    rules.handled_access_fs = LANDLOCK_ACCESS_FS_REFER;
    const int set = static_cast<int>(
        syscall(SYS_landlock_create_ruleset, &rules, sizeof rules.handled_access_fs, 0));
    landlock_path_beneath_attr everywhere{};
    everywhere.allowed_access = LANDLOCK_ACCESS_FS_REFER;
    everywhere.parent_fd = open("/", O_PATH | O_CLOEXEC);
    if (set >= 0 && everywhere.parent_fd >= 0
        && syscall(SYS_landlock_add_rule, set, LANDLOCK_RULE_PATH_BENEATH, &everywhere, 0) == 0
        && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        && syscall(SYS_landlock_restrict_self, set, 0) == 0)
        dropRights();
    close(set);
    close(everywhere.parent_fd);
}

} // namespace orrery::command
