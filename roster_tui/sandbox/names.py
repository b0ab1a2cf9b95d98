"""Names and courses for generated districts; all invented combinations, common ones drawn more often."""

from __future__ import annotations

FIRST_NAMES = (
    "Aaliyah Abigail Adaeze Aiden Alejandro Amara Amelia Amir Ana Andre Anh Anika Anton Aria Arjun Asha"
    " Ava Beatriz Ben Bianca Bo Brandon Brianna Caleb Camila Carlos Carmen Cédric Chloe Clara Connor"
    " Dalia Damian Daniel Daria David Deepa Diego Dominic Ebony Eduardo Elena Eli Elijah Emeka Emily"
    " Emma Enrique Esther Ethan Eva Ezra Fatima Felix Fiona Gabriel Grace Hana Hannah Hassan Henry"
    " Hiroshi Hugo Ian Ibrahim Imani Inés Ines Isaac Isabella Ivan Jada Jaden James Jamila Jasmine"
    " Javier Jaylen Jin Joaquín Jonas Jordan José Joseph Julia Kai Kamala Karim Keisha Kenji Kwame Laila"
    " Lamar Lara Layla Leo Liam Lin Linh Lucas Lucía Luis Luna Lydia Maya Madison Malik Marcus María"
    " Mariam Mateo Mei Mia Miguel Mina Minh Mohamed Nadia Naomi Natalie Nia Nikhil Noah Noor Nora Oliver"
    " Olivia Omar Oscar Owen Paige Paulo Pedro Priya Quinn Rafael Rania Ravi Rebecca Renée Rhea Rosa"
    " Ruby Ryan Sade Sofía Samir Samuel Sara Sasha Sean Selma Sienna Simone Sora Stella Tamika Tariq"
    " Theo Thomas Tien Tomás Uma Valeria Victor Violet Will Wei Yara Yusuf Zara Zoe Zoë"
).split()

LAST_NAMES = (
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Nguyen"
    " Lee Kim Patel Abara Abdi Acosta Adeyemi Aguilar Ahmed Alvarez Amador Andersen Asante Ayala Baker"
    " Banerjee Barros Becker Bennett Bianchi Blake Bonilla Bouchard Boateng Brandt Cabrera Calloway"
    " Campos Carver Castillo Chang Chen Chavez Chowdhury Coleman Contreras Cortez Costa Cruz Cunningham"
    " D'Angelo Dang Delgado Desai Diallo Diaz Dlamini Doan Domínguez Donovan Duarte Eze Espinoza Estrada"
    " Farah Featherstonehaugh Fernandes Figueroa Fischer Flores Fofana Fontaine Fujimoto Gallagher Ghosh"
    " Gomez Gonzales Greenwood Grigoryan Guerrero Gupta Gutiérrez Haddad Hakim Hamdan Hansen Harper"
    " Hassan Hayashi Holloway Hossain Huang Hussein Ibarra Ito Iyer Jackson Jansen Jimenez Juarez Kamara"
    " Kapoor Kaur Keller Khan Kone Kowalski Kurt Lam Larsen Lawson Le Lindqvist Liu Lozano Lu Machado"
    " Mahmoud Maldonado Malik Marino Marsh Mbeki Medina Mehta Mensah Mendoza Meyer Mitchell Mohamud"
    " Molina Moore Morales Moreau Müller Murphy Nakamura Navarro Ndiaye Ngo Nowak Núñez Obi O'Brien"
    " O'Connell Ochoa Okafor Okeke Olsen Ortiz Osei Owusu Padilla Park Pereira Perez Petrov Pham Phan"
    " Popescu Powell Prieto Quintero Rahman Ramirez Reyes Rivera Robinson Romero Rossi Ruiz Saito"
    " Salazar Santos Sato Schneider Serrano Shah Sharma Silva Singh Solis Sorensen Stein Suárez Suzuki"
    " Tanaka Taylor Thapa Thompson Torres Tran Traoré Valdez Vang Vargas Vasquez Vega Velasco Villanueva"
    " Vu Wagner Walker Wang Washington Watanabe Weber White Wilson Wójcik Wong Wright Wu Xiong Yamada"
    " Yang Yilmaz Young Yusuf Zamora Zhang Zhou Zimmermann"
).split()

COMMON_LAST_NAMES = 16
"""The first so many surnames are drawn as often as all the others together."""

PLACES = (
    "Adams Alder Aspen Bayside Birch Bluff Bridgeport Brookside Canyon Cedar Chestnut Clearwater"
    " Cottonwood Crestview Cypress Eastlake Edison Elm Fairview Foothill Franklin Garfield Glenwood"
    " Grant Greenfield Hamilton Harbor Hawthorne Highland Hillcrest Horizon Jefferson Juniper Kennedy"
    " Lakeview Laurel Liberty Lincoln Madison Magnolia Maple Meadow Mesa Monroe Northgate Oakdale"
    " Orchard Parkside Pine Pioneer Pleasant Prairie Redwood Ridgeview Riverside Roosevelt Sequoia"
    " Sierra Southport Spruce Stonebridge Summit Sunnyside Sycamore Tilden Valley Vista Walnut"
    " Washington Westfield Willow Woodland"
).split()

COURSES: dict[str, tuple[tuple[str, str], ...]] = {
    "elementary": (
        ("Homeroom", "homeroom/advisory"),
        ("Reading", "english/language arts"),
        ("Writing Workshop", "english/language arts"),
        ("Mathematics", "math"),
        ("Science Explorers", "science"),
        ("Community and History", "social studies"),
        ("Art", "arts and music"),
        ("Music", "arts and music"),
        ("Physical Education", "PE and health"),
        ("Reading Intervention", "interventions/online learning"),
    ),
    "middle": (
        ("Advisory", "homeroom/advisory"),
        ("Language Arts", "english/language arts"),
        ("Pre-Algebra", "math"),
        ("Mathematics", "math"),
        ("Earth Science", "science"),
        ("Life Science", "science"),
        ("World Cultures", "social studies"),
        ("United States History", "social studies"),
        ("Spanish", "language"),
        ("Band", "arts and music"),
        ("Physical Education", "PE and health"),
        ("Computing", "technology and engineering"),
    ),
    "high": (
        ("Algebra I", "math"),
        ("Algebra II", "math"),
        ("Geometry", "math"),
        ("Statistics", "math"),
        ("Biology", "science"),
        ("Chemistry", "science"),
        ("Physics", "science"),
        ("Zoology", "science"),
        ("English Literature", "english/language arts"),
        ("Composition", "english/language arts"),
        ("World History", "social studies"),
        ("Government", "social studies"),
        ("Economics", "social studies"),
        ("Spanish", "language"),
        ("French", "language"),
        ("Studio Art", "arts and music"),
        ("Choir", "arts and music"),
        ("Health", "PE and health"),
        ("Computer Science", "technology and engineering"),
        ("Group Guidance", "homeroom/advisory"),
    ),
}
