"""Words and places that snippets of calls are put together from."""

# ruff: noqa: RUF001, SIM905 - names as they are written; lists of words read better as words

STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|"
    "Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|"
    "Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|"
    "New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|"
    "Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|"
    "West Virginia|Wisconsin|Wyoming"
).split("|")
#: Places that people name more often than their share of any list.
WELL_KNOWN = (
    "New York|Los Angeles|Chicago|Houston|Phoenix|Philadelphia|San Antonio|San Diego|Dallas|"
    "San Francisco|Seattle|Denver|Boston|Detroit|Portland|Las Vegas|Miami|Atlanta|Orlando|Tampa|"
    "Cleveland|Austin|Nashville|Minneapolis|New Orleans|Honolulu|Washington|Brooklyn|Manhattan|"
    "London|Manchester|Birmingham|Leeds|Glasgow|Edinburgh|Liverpool|Bristol|Cardiff|Belfast|"
    "Dublin|Paris|Berlin|Munich|Hamburg|Vienna|Zurich|Geneva|Rome|Milan|Madrid|Barcelona|Lisbon|"
    "Amsterdam|Brussels|Copenhagen|Stockholm|Oslo|Helsinki|Warsaw|Prague|Budapest|Athens|Moscow|"
    "Istanbul|Cairo|Lagos|Nairobi|Johannesburg|Cape Town|Dubai|Mumbai|Delhi|New Delhi|Bangalore|"
    "Chennai|Hyderabad|Kolkata|Pune|Karachi|Lahore|Dhaka|Beijing|Shanghai|Hong Kong|Taipei|Tokyo|"
    "Osaka|Seoul|Singapore|Bangkok|Jakarta|Manila|Sydney|Melbourne|Perth|Auckland|Toronto|"
    "Vancouver|Montreal|Mexico City|Havana|Bogota|Lima|Rio de Janeiro|Buenos Aires|Santiago|"
    "America|the US|the USA|the UK|England|Scotland|Wales|Ireland|Britain|Europe|Africa|Asia|"
    "France|Germany|Italy|Spain|Portugal|Greece|Turkey|Russia|China|Japan|Korea|India|Pakistan|"
    "Australia|Canada|Mexico|Brazil|Argentina|Egypt|Nigeria|Kenya|Vietnam|Thailand|Poland|Sweden|"
    "Norway|Denmark|Finland|the Netherlands|Belgium|Switzerland|Austria|Hungary|Romania|Ukraine"
).split("|")
STATE_CODES = (
    "AL AK AZ AR CA CO CT DE FL GA ID IL IA KS KY LA MD MA MI MN MO MT NE NV NH NJ NM NY NC ND OH "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY"
).split()
SUFFIXES = (
    "Street Street Street Avenue Avenue Road Road Drive Drive Lane Lane Court Boulevard Place Way "
    "Circle Terrace Parkway Trail Highway Square Crescent Close Grove Hill Alley Crossing Pike Row "
    "Loop Run Ridge Mews Gardens Plaza Walk Common Commons Center Centre Trail Radial Flat Mall "
    "Landing Path Spur Point View Bend Green Rise Vale Wharf Park"
).split()
SIDES = (
    "North South East West N S E W Northeast Northwest Southeast Southwest NE SW Upper Lower Old"
).split()
ABBREVIATIONS = {
    "Street": "St", "Avenue": "Ave", "Road": "Rd", "Drive": "Dr", "Lane": "Ln", "Court": "Ct",
    "Boulevard": "Blvd", "Place": "Pl", "Parkway": "Pkwy", "Highway": "Hwy", "Square": "Sq",
}  # fmt: skip
STREET_WORDS = (
    "Oak Maple Cedar Elm Pine Birch Willow Park Lake Hill River Church School Mill Spring Station "
    "Chapel Meadow Forest Sunset Sunrise Highland Orchard Bridge Union Market Court Broad Garden "
    "Franklin Jackson Jefferson Lincoln Madison Monroe Victoria Albert King Queen Prince Abbey "
    "Castle Harbor Ocean Beach Valley Ridge Canyon Quarry Spruce Walnut Chestnut Hickory Magnolia "
    "Peach Cherry Laurel Holly Ivy Rose Lavender Heron Falcon Eagle Deer Fox Hunter Miller Cooper"
).split()
FOREIGN = (
    "Rue de {0} {n}|{n} rue {0}|{n} avenue de {0}|Via {0} {n}|{n} Via {0}|Viale {0} {n}|"
    "Calle {0} {n}|Calle de {0} {n}|Avenida {0} {n}|Rua {0} {n}|{0}straße {n}|{0} Straße {n}|"
    "{0}weg {n}|{0}platz {n}|{0}strasse {n}|{0}straat {n}|{0}laan {n}|{0}gatan {n}|{0}vägen {n}|"
    "{0}gata {n}|{0}vej {n}|{0}gade {n}|{0}veien {n}|{0}katu {n}|{0}tie {n}|ul. {0} {n}|"
    "ulica {0} {n}|ul {0}a {n}|{0}ova {n}|{0}ská {n}|{0} utca {n}|{0} u. {n}|{0} út {n}|"
    "Strada {0} {n}|Plaza {0} {n}|Piazza {0} {n}|{n} Jalan {0}|{0} tänav {n}|{0} iela {n}"
).split("|")
MONTHS = (
    "January February March April May June July August September October November December"
).split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
TENS = "- ten twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
NATO = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar "
    "papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu"
).split()
AS_IN = (
    "apple boy cat dog elephant frank george harry igloo john kilo larry mary nancy orange peter "
    "queen robert sam tom uncle victor william xylophone yellow zebra"
).split()
AS_IN_2 = (
    "adam bravo charles david edward fox good henry ice jack king lion mother november ocean paul "
    "quick romeo sugar tango under van water xray young zoo"
).split()
ORG_KINDS = (
    "Bank|National Bank|Credit Union|Savings Bank|Insurance|Mutual|Life Insurance|Electric|"
    "Electric Company|Power and Light|Gas|Water|Energy|Telecom|Mobile|Wireless|Cable|Broadband|"
    "Airlines|Airways|Hotel|Inn|Suites|Resort|Clinic|Medical Center|Dental|Pharmacy|Hospital|"
    "Motors|Auto|Auto Repair|Plumbing|Heating and Air|Roofing|Realty|Properties|Law|Legal|"
    "Associates|and Sons|Group|Holdings|Partners|Logistics|Shipping|Freight|Travel|Tours|Foods|"
    "Market|Bakery|Grill|Pizza|Cafe|Kitchen|Coffee|Books|Furniture|Hardware|Software|Systems|"
    "Solutions|Technologies|Media|Studios|Fitness|Spa|Salon|Vet Clinic|Cleaning|Security|Storage|"
    "University|College|School|Institute|Foundation|Council|Inc|Ltd|LLC|Corp|Company"
).split("|")
#: What people do, for sentences about somebody.
DEEDS = (
    "said|told|asked|called|shouted|wrote|sent|gave|had given|took|met|saw|knew|likes|loves|wants|"
    "needs|owns|runs|employs|teaches|plays|sings|paid|bought|sold|found|lost|left|joined|married|"
    "visited|helped|hired|fired|sued|thanked|phoned|emailed|texted|invited|followed|beat|elected|"
    "signed|published|recorded|directed|founded|painted|designed|built|broke|fixed|opened|closed|"
    "ordered|booked|cancelled|forgot|remembered|answered|agreed with|works for|works with|"
    "lives with|lives next to|talks to|spoke to|worked with|went to see|had to see|looked for|"
    "waited for|argued with|moved in with|was born near|was hired by|was told by|is looking for"
).split("|")
#: Parts of a country or a city.
PARTS = (
    "northern southern eastern western central rural north south east west downtown upper"
).split()
#: First names and surnames of many languages that the lists of US names hold few of.
MORE_FIRSTS = (
    "Bjørn Søren Åse Jürgen Günther Jörg Käthe Zoë Chloé Renée Hélène François José María Sofía "
    "Íñigo João Conceição Luís Ágnes Zoltán László Győző Ferenc Małgorzata Łukasz Paweł Zdzisław "
    "Bożena Jiří Tomáš Věra Zdeněk Ľubomír Živko Đorđe Šime Željka Branimir Ognjen Dragana Milica "
    "Oleksandr Olena Yevhen Oksana Dmitri Svetlana Lyudmila Igor Nadezhda Siiri Aleksi Päivi Jukka "
    "Mika Tuomas Aino Liis Kristjan Andris Ilze Vytautas Giedrė Guðrún Sigurður Þóra Hrafn "
    "Giuseppe Giancarlo Ilaria Chiara Ottavio Yiannis Eleftheria Stavros Emre Ayşe Çağla Oğuz "
    "Mehmet Fatma Yusuf Khadija Abdulrahman Fatoumata Ousmane Amadou Ngozi Chidi Oluwaseun Adaeze "
    "Kwame Abena Thabo Nomvula Sipho Tendai Wanjiru Otieno Haile Selam Mohammed Aisha Tariq Zainab "
    "Farhad Shirin Parisa Behnam Rajesh Sunita Lakshmi Venkatesh Karthik Priyanka Arjun Deepak "
    "Kavitha Muthu Senthil Anjali Harpreet Gurpreet Manjit Imran Shabana Nusrat Thilini Nuwan "
    "Xiaoming Yuxuan Jianhua Meiling Zhen Haruto Yuki Sakura Kenji Minjun Seoyeon Jihoon Nguyen "
    "Thuy Phuong Somchai Siriporn Wei Siti Budi Dewi Putri Jomar Maricel Tala Keanu Moana"
).split()
MORE_LASTS = (
    "Ødegård Sørensen Bjørnstad Åkesson Lindström Sjögren Müller Schäfer Größel Weiß Lefèvre "
    "Dubois Beauséjour García Núñez Ibáñez Peña Gonçalves Araújo Assunção Kovács Szabó Nagy "
    "Horváth Kowalczyk Wójcik Łuczak Dąbrowski Novák Dvořák Černý Svobodová Kováčik Petrović "
    "Jovanović Đukić Šarić Kovačević Popescu Ionescu Dumitru Stoyanov Georgieva Shevchenko "
    "Kovalenko Ivanov Petrova Kuznetsov Virtanen Mäkinen Hämäläinen Tamm Sepp Bērziņš Kalniņa "
    "Kazlauskas Jónsdóttir Guðmundsson Þórsson Bianchi Esposito Ricciardi Papadopoulos "
    "Nikolaidis Yılmaz Demir Öztürk Şahin Haddad Al-Masri El-Sayed Benali Bouazza Diallo Traoré "
    "Okonkwo Adeyemi Okafor Nwosu Mensah Asante Dlamini Nkosi Moyo Kamau Wambui Tesfaye Abebe "
    "Hosseini Ahmadi Karimi Sharma Patel Gupta Iyer Subramanian Krishnamurthy Chatterjee "
    "Banerjee Reddy Nair Venkataraman Murugan Selvam Singh Dhillon Khan Chowdhury Rahman Perera "
    "Jayawardena Zhang Huang Zhou Xu Tanaka Watanabe Kobayashi Nakamura Park Choi Jeong Tran "
    "Pham Huynh Srisuk Wongsakul Santoso Wijaya Halim Dela-Cruz Bautista Macaraeg Kealoha "
    "Tuilagi"
).split()
FILLERS = "uh|um|er|uhm|hmm|ah|like|well|you know|i mean|let's see|sorry".split("|")
