#include "entry/function_lists.hpp"

#include "entry/bind_general.hpp"
#include "entry/vendor.hpp"

namespace jpki::p11 {

namespace {

constexpr CK_VERSION k240{2, 40};
constexpr CK_VERSION k300{3, 0};
constexpr CK_VERSION k320{3, 2};

// C_GetInfo inside a list reports that list's version, because NSS trusts it more than the list
// (docs/adr/0003-function-table.md).
extern "C" {
static CK_RV get_info_2_40(CK_INFO_PTR info) { return get_info_as(info, k240); }
static CK_RV get_info_3_0(CK_INFO_PTR info) { return get_info_as(info, k300); }
}

// The members of a list say which rows belong to it; a test holds them against the version in the row.
template <class List>
constexpr List list_of(CK_VERSION version, CK_C_GetInfo get_info) {
    List list{};
    list.version = version;
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) \
    if constexpr (requires { list.name; }) list.name = &::name;
#include "entry/functions.def"
#undef JPKI_FUNCTION
    list.C_GetInfo = get_info;
    return list;
}

constinit auto g_list_2_40 = list_of<CK_FUNCTION_LIST>(k240, &get_info_2_40);
constinit auto g_list_3_0 = list_of<CK_FUNCTION_LIST_3_0>(k300, &get_info_3_0);
constinit auto g_list_3_2 = list_of<CK_FUNCTION_LIST_3_2>(k320, &C_GetInfo);

// Interface names are not const in the C structure; nobody may write to them all the same.
constinit CK_UTF8CHAR g_standard[] = "PKCS 11";
constinit CK_UTF8CHAR g_vendor[] = "Vendor JPKI";

constinit std::array<CK_INTERFACE, 4> g_interfaces{{
    {g_standard, &g_list_3_2, 0},
    {g_standard, &g_list_3_0, 0},
    {g_standard, &g_list_2_40, 0},
    {g_vendor, &g_vendor_list, 0},
}};

}  // namespace

CK_FUNCTION_LIST* list_2_40() noexcept { return &g_list_2_40; }
std::span<CK_INTERFACE> interfaces() noexcept { return g_interfaces; }

}  // namespace jpki::p11
