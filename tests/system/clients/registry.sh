# shellcheck shell=bash disable=SC2034  # the arrays belong to the script that sources this
# Reads the families in checks/. A family says, before the function of the same name,
#   check NAME PIN PACKAGE "what it shows" [--real | --plain] [--no-spy] [RIG OPTION...]
# PIN: what the check enters: auth, sign, both, or none; wrong, if it is about wrong PINs. --real, --plain: it is about a
# card whose certificates have that profile, and is not made with another one.
check() {
    local name=$1
    names+=("$name")
    # shellcheck disable=SC2004  # these are associative
    pin[$name]=$2 package[$name]=$3 what[$name]=$4 no_spy[$name]='' profiles[$name]=''
    shift 4
    # shellcheck disable=SC2004
    [[ ! ${1-} =~ ^--(real|plain)$ ]] || { profiles[$name]=${1#--} && shift; }
    # shellcheck disable=SC2004
    [[ ${1-} != --no-spy ]] || { no_spy[$name]=1 && shift; }
    # shellcheck disable=SC2004
    rig[$name]="$*"
}

for family in nss opensc openssl gnutls p11kit ssh gpgsm pam kerberos servers java pdf firefox thunderbird chromium running libreoffice eap openvpn reader trixie; do
    # shellcheck source=/dev/null
    [[ ! -e ${here:?}/checks/$family ]] || . "$here/checks/$family"
done
